"""`python -m ace_risk.cli`: the command line without the installed script."""

from ace_risk.cli import main

main()

"""`python -m ace_risk.cli`: the command line without the installed script."""

from ace_risk.cli import main

if __name__ == "__main__":
    main()

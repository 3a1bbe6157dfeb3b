"""The referral list and its formats."""

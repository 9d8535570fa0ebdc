"""What residents do without an account: report, ask, evaluate, complain."""

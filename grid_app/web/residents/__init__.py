"""Pages of residents, which need no account, and what offices see of them."""

"""The pages of leaders who own hard matters."""

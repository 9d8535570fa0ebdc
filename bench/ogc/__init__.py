"""What layers for other programs cost."""

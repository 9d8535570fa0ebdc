"""The intake workspace: registering from any channel, sheets of earlier years."""

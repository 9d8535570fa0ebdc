"""The sheets of a superior office: uploaded once, filled each week or month, telling only what changed."""

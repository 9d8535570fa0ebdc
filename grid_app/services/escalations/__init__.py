"""Escalations: raised, sent up their ladder, taken up."""

"""The signals of a round beside the shared grievance: each from the inputs of the round to what it raises."""

"""Leaders who own hard matters: lead officials and their diary, plans, re-examinations, hearings, questions."""

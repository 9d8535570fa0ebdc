"""Which unit has the duty, who has withdrawn, and the checklists of a dispute, on one page."""

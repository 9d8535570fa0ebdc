"""The page 今日要事 at a million disputes."""

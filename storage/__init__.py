"""What is kept: SQL for the truth, Redis or memory for what may be lost."""

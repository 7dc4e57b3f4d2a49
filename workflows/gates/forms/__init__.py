"""Forms of a gate. Acts check; a form reads what was typed, and shows it again with what the act found."""

"""Forms of the people room: what was typed, made plain; whether it may be done is for the actions."""

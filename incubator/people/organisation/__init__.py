"""The HR system's file: read, compared with what is known, shown, applied."""

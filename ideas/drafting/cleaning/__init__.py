"""What a file really is, and a copy without hidden names, programs or other files.

Pure and without Django: it runs in a process of its own, with limits (`ideas.drafting.uploads`).
"""

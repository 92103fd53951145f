"""The revisions. They import nothing of ours: a revision means the same for ever."""

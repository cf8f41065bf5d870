"""What a publication would change, in the marketer's words: one noun per module.

A new kind of file brings a module with a function over two `Side`s and a line in
`nurture.domain.changes.diff.NOUNS`; plans, pages and reports show it by themselves.
"""

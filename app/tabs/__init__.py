"""The open campaigns in their tabs: opened, gone back to, left, closed; and the end of the window."""

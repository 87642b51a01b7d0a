"""The workspace's engine as the window has it: started, asked, shown, held, stopped."""

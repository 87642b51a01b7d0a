"""What messages look like where people read them: on phones, in mail programs, on lock screens."""

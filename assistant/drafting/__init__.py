"""Official notices: forms filled into a Notice, a Notice laid out as a Word file (GB/T 9704—2012)."""

package catalogue

// Image is what a snapshot holds as JSON.
func Image() any { return snapshot{} }

// Spellings are those of the headings of each column.
func Spellings() map[string][]string { return spellings }

package access

// Image is what a snapshot holds as JSON.
func Image() any { return snapshot{} }

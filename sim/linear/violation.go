package linear

// Violation says that a history is not linearizable, and which part of it shows that.
type Violation struct {
	// Key is the key of the operations.
	Key string

	// Operations are the indexes in the history, by call, of the smallest failing part that was
	// found: the last of them returns first of all that cannot be explained. No order of them is a
	// run of the model, even if each other operation of the key took effect at any time after its
	// call, or never. None of them can be left out, unless the search for that was too long.
	Operations []int

	text string
}

// Error names the operations.
func (v *Violation) Error() string { return v.text }

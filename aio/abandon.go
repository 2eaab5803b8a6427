package aio

// abandoner is a reader or writer that keeps something of an operation which waits.
type abandoner interface{ abandon(isRead bool) }

// abandon tells a reader or writer that the operation which waited was given up.
func abandon(v any, isRead bool) {
	if a, ok := v.(abandoner); ok {
		a.abandon(isRead)
	}
}

// giveUpReading and giveUpWriting abandon an operation if its last poll was pending.
func giveUpReading(r Reader, waits *bool) {
	if *waits {
		*waits = false
		abandon(r, true)
	}
}

func giveUpWriting(w Writer, waits *bool) {
	if *waits {
		*waits = false
		abandon(w, false)
	}
}

package remote

import (
	"strconv"

	"github.com/nats-io/nats.go"
)

// Format is the number of the format of the messages that calls have. It is raised when a program would
// not understand a message of one before; the text of the package says what happens then. It is a variable for tests
// alone, which play programs of another version.
//
//	1  each call is answered by taken first, and each outcome has a header
//	2  a call of a function that does not wait is two messages
var Format = 2

// formatOf returns the format that the sender of a message about offers has.
func formatOf(m *nats.Msg) int {
	if n, err := strconv.Atoi(m.Header.Get(headFormat)); err == nil {
		return n
	}
	return 1 // it did not say so
}

// ownFormat is the header that says which format this program has.
func ownFormat() nats.Header { return nats.Header{headFormat: {strconv.Itoa(Format)}} }

// CallSubject is where calls of a version of a function go.
func CallSubject(name string, version int) string {
	return "edo.fn." + strconv.Itoa(Format) + "." + name + "." + strconv.Itoa(version)
}

// offersSubject is where members say which versions of a function they offer.
func offersSubject(name string) string { return "edo.offers." + name }

// memberSubject is where a member listens for what is for it alone.
func memberSubject(id string) string { return memberPrefix + id }

const memberPrefix = "edo.member."

// QueueName is the queue of a version of a function whose calls are stored.
func QueueName(name string, version int) string {
	return "fn-" + strconv.Itoa(Format) + "-" + name + "-" + strconv.Itoa(version)
}

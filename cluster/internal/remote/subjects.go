package remote

import (
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Format is the number of the format of the messages that calls have. It is raised when a program would
// not understand a message of one before; the text of the package says what happens then. It is a variable for tests
// alone, which play programs of another version.
//
//	1  each call is answered by taken first, and each outcome has a header
//	2  a call of a function that does not wait is two messages
//	3  outcomes that are confirmed together have one subject for all calls of a caller
var Format = 3

// formatOf returns the format that the sender of a message about offers has.
func formatOf(m *nats.Msg) int {
	if n, err := strconv.Atoi(m.Header.Get(headFormat)); err == nil {
		return n
	}
	return 1 // it did not say so
}

// ownFormat is the header that says which format this program has.
func ownFormat() nats.Header { return nats.Header{headFormat: {strconv.Itoa(Format)}} }

// Function is a function, as its callers know it.
type Function struct {
	Name    string
	Version int
	Codec   string // of its arguments
	// Patience is how long a member may give no sign of life.
	Patience time.Duration
	// CallerPatience is how long a member keeps what it has of a caller of which it hears nothing.
	CallerPatience time.Duration
	// Stored makes each call a job of the queue of the function: at least once.
	Stored bool

	subject func() string // of its calls
}

// NewFunction returns f, which is not copied afterwards. [Format] is read at the first call.
func NewFunction(f Function) *Function {
	f.subject = sync.OnceValue(func() string { return CallSubject(f.Name, f.Version) })
	return &f
}

// CallSubject is where calls of a version of a function go.
func CallSubject(name string, version int) string {
	return "edo.fn." + strconv.Itoa(Format) + "." + name + "." + strconv.Itoa(version)
}

// offersSubject is where members say which versions of a function they offer.
func offersSubject(name string) string { return "edo.offers." + name }

// outcomesToken is the last token of the subject of outcomes that are confirmed together. The broker keeps
// what it knows of a subject, so that a subject of their own for each would cost it more than all else about them.
// It is no number.
const outcomesToken = "-"

// memberSubject is where a member listens for what is for it alone.
func memberSubject(id string) string { return memberPrefix + id }

const memberPrefix = "edo.member."

// QueueName is the queue of a version of a function whose calls are stored.
func QueueName(name string, version int) string {
	return "fn-" + strconv.Itoa(Format) + "-" + name + "-" + strconv.Itoa(version)
}

// publish sends a message for which nothing waits in the client. One without a header needs no nats.Msg.
func publish(nc *nats.Conn, subject, reply string, head nats.Header, data []byte) error {
	if len(head) == 0 {
		return nc.PublishRequest(subject, reply, data)
	}
	return nc.PublishMsg(&nats.Msg{Subject: subject, Reply: reply, Header: head, Data: data})
}

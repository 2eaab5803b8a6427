package link

import (
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// Explained is an error of the broker with a text that says more than the broker's, which is left out. It matches
// what that error does.
type Explained struct {
	Text string
	Err  error // of the broker
}

func (e *Explained) Error() string { return e.Text }
func (e *Explained) Unwrap() error { return e.Err }

// ExplainReplicas returns err, and where it says that the broker has no room for n replicas, because it is one server,
// an error that names the setting.
func ExplainReplicas(err error, setting string, n int) error {
	const notClustered = 10074
	if !HasCode(err, notClustered) {
		return err
	}
	return &Explained{Err: err, Text: fmt.Sprintf(
		"%s is %d, and the broker is one server, which has no other one for a replica: want 0 or 1, or Connect to a cluster of servers", setting, n)}
}

// otherReplicas is the error for a bucket that has another number of replicas.
func otherReplicas(there, here int) error {
	return &Explained{Err: jetstream.ErrBucketExists, Text: fmt.Sprintf("Replicas is %d there, and %d here", there, here)}
}

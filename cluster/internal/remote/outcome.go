package remote

import "github.com/nats-io/nats.go"

// KindOf returns what kind of an outcome m is.
func KindOf(m *nats.Msg) string { return m.Header.Get(headKind) }

// MemberOf returns the id of the member that has sent m, and where it runs.
func MemberOf(m *nats.Msg) string {
	return "the member " + m.Header.Get(headMember) + " (" + m.Header.Get(headHost) + ")"
}

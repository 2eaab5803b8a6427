package hold

import (
	"net/netip"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/figures"
)

// An order is a line of JSON to a part, on its standard input. The first one says which
// part it is: Serve or Open. The part answers each other one by a report.
type order struct {
	Serve   *serve   `json:",omitempty"`
	Open    *open    `json:",omitempty"`
	Measure *measure `json:",omitempty"`
	Ping    *pings   `json:",omitempty"`
}

// serve makes the part a server. It reports Listening, and its Usage before the first
// connection.
type serve struct {
	Address netip.AddrPort
	Shared  bool // by several servers
	Workers int
}

// open makes the part a client. It reports Open from time to time, and at the end Opened,
// and its Usage before the first connection.
type open struct {
	Server    netip.AddrPort
	First     int // the number of its first connection
	Count     int // its connections
	Addresses int // that the connections of all clients start from; 0: as the system likes
	AtOnce    int // connections that it opens at a time
	Workers   int
}

// measure asks for the usage.
type measure struct {
	Collect bool // the garbage, before the memory is looked at
}

// pings asks for round trips. With a time it is for a sample of so many connections, until
// the time is over; without one every connection makes one round trip.
type pings struct {
	Sample int           `json:",omitempty"`
	For    time.Duration `json:",omitempty"`
}

// A report is a line of JSON from a part, on its standard output.
type report struct {
	Failed    string          `json:",omitempty"` // the part ends
	Listening *netip.AddrPort `json:",omitempty"`
	Open      *int            `json:",omitempty"` // how many connections are open by now
	Opened    *trips          `json:",omitempty"` // all are: from each connect to the first answer
	Usage     *usage          `json:",omitempty"`
	Pinged    *trips          `json:",omitempty"`
}

// trips are round trips.
type trips struct {
	Took *figures.Histogram
	Most time.Duration // the longest
}

package load

import "time"

// Size is the bytes of a request, and of its answer.
const Size = 64

// MaxDepth is the most requests that may be under way on a connection.
const MaxDepth = 64

// An Order says what to do.
type Order struct {
	Address string // of the server: an IPv4 address and a port
	Server  int    // its process, whose memory and processor time are read
	Conns   int
	Depth   int           // requests under way on each connection
	Settle  time.Duration // pause before memory is read
	Warm    time.Duration // of load before it counts
	Measure time.Duration // of load that counts
}

// A Result is what came of it. Several can be added up.
type Result struct {
	Conns    int
	Requests int64
	Wall     time.Duration // of the load that counts
	Memory   int64         // by how many bytes the server grew with the connections

	ServerCPU, ClientCPU time.Duration

	ColdRequests int64 // and the same of the load before it
	ColdWall     time.Duration
	ColdCPU      time.Duration // the server's

	Latency Histogram
}

// Add adds what another client did at the same time.
func (r *Result) Add(o Result) {
	r.Conns += o.Conns
	r.Requests += o.Requests
	r.Wall = max(r.Wall, o.Wall)
	r.Memory += o.Memory
	r.ServerCPU += o.ServerCPU
	r.ClientCPU += o.ClientCPU
	r.ColdRequests += o.ColdRequests
	r.ColdWall = max(r.ColdWall, o.ColdWall)
	r.ColdCPU += o.ColdCPU
	r.Latency.Add(o.Latency)
}

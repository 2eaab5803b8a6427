package load

import "time"

// Size is the bytes of a request, and of its answer.
const Size = 64

// MaxDepth is the most requests that may be under way on a connection.
const MaxDepth = 64

// An Order tells a client what to do.
type Order struct {
	Address string // of the server: an IPv4 address and a port
	Server  int    // process of the server, for its memory and processor time
	Conns   int
	Depth   int           // requests under way on each connection
	Settle  time.Duration // pause before memory is read
	Warm    time.Duration // duration of the cold load
	Measure time.Duration // duration of the warm load, which counts
}

// A Result is the result of a load. Several can be added up.
type Result struct {
	Conns    int
	Requests int64
	Wall     time.Duration // of the warm load
	Memory   int64         // bytes by which the server has grown with the connections

	ServerCPU, ClientCPU time.Duration

	ColdRequests int64 // of the cold load
	ColdWall     time.Duration
	ColdCPU      time.Duration // of the server

	Latency Histogram
}

// Add adds the result of another client that ran at the same time.
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

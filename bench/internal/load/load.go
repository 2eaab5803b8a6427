package load

import "time"

// Size is the bytes of a request, and of its answer.
const Size = 64

// MaxDepth is the most requests that may be under way on a connection.
const MaxDepth = 64

// Protocols of an Order, besides bytes as they are.
const (
	WebSocket = "ws"
	TLS       = "tls"
)

// An Order tells a client what to do.
type Order struct {
	Address string // of the server: an IPv4 address and a port
	Server  int    // process of the server, for its memory and processor time
	Conns   int
	Depth   int           // requests under way on each connection
	Settle  time.Duration // pause before memory is read
	Warm    time.Duration // duration of the cold load
	Measure time.Duration // duration of the warm load, which counts

	Protocol    string // WebSocket, TLS, or the bytes as they are
	Certificate string // of a server with TLS: the one that the client trusts, as PEM
	Idle        bool   // no load: only the connections are made
}

// Collect is the line that a client writes, and its server reads, when the server shall collect its
// garbage: the client waits for an answer.
const Collect = "collect"

// ServerName is the name in the certificate of a server with TLS.
const ServerName = "localhost"

// A Result is the result of a load. Several can be added up.
type Result struct {
	Conns    int
	Requests int64
	Wall     time.Duration // of the warm load
	Memory   int64         // bytes by which the server has grown with the connections

	ServerCPU, ClientCPU time.Duration

	OpenWall time.Duration // while the connections were made
	OpenCPU  time.Duration // of the server

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
	r.OpenWall = max(r.OpenWall, o.OpenWall)
	r.OpenCPU += o.OpenCPU
	r.Latency.Add(o.Latency)
}

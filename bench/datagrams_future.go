package main

import (
	"net/netip"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// datagramCalls are the ways to move the datagrams of a volley.
type datagramCalls struct {
	most int // of one call
	// Both return how many messages they have moved, the first ones.
	read  func(cx *edo.Context, conn *socket.PacketConn, ms []socket.Message) (int, edo.Poll, error)
	write func(cx *edo.Context, conn *socket.PacketConn, ms []socket.Message) (int, edo.Poll, error)
}

var singleCalls = &datagramCalls{
	most: 1,
	read: func(cx *edo.Context, conn *socket.PacketConn, ms []socket.Message) (int, edo.Poll, error) {
		r, state, err := conn.PollReadFrom(cx, ms[0].Buffer)
		ms[0].N, ms[0].Addr = r.N, r.From
		return 1, state, err
	},
	write: func(cx *edo.Context, conn *socket.PacketConn, ms []socket.Message) (int, edo.Poll, error) {
		_, state, err := conn.PollWriteTo(cx, ms[0].Buffer, ms[0].Addr)
		return 1, state, err
	},
}

var batchCalls = &datagramCalls{
	most: volley,
	read: func(cx *edo.Context, conn *socket.PacketConn, ms []socket.Message) (int, edo.Poll, error) {
		return conn.PollReadBatch(cx, ms)
	},
	write: func(cx *edo.Context, conn *socket.PacketConn, ms []socket.Message) (int, edo.Poll, error) {
		return conn.PollWriteBatch(cx, ms)
	},
}

func futureDatagramsSingle(m *meter) edo.Future[edo.Unit] {
	return &datagrams{m: m, calls: singleCalls}
}
func futureDatagramsBatch(m *meter) edo.Future[edo.Unit] { return &datagrams{m: m, calls: batchCalls} }

// datagrams is a future that opens the sockets, starts servers and clients, and waits for them.
type datagrams struct {
	m       *meter
	calls   *datagramCalls
	opening edo.Future[[]datagramPair]
	running *startAll
}

func (f *datagrams) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.running == nil {
		if f.opening == nil {
			f.opening = edo.Async(datagramPorts)
		}
		ports, state, err := f.opening.Poll(cx)
		if state == edo.Pending || err != nil {
			return edo.Unit{}, state, err
		}
		each := volleys(f.m)
		f.running = &startAll{members: 2 * connections, start: func(cx *edo.Context, g *group) {
			for _, p := range ports {
				end := p.far.LocalAddrPort()
				edo.Spawn(cx, &datagramServer{conn: p.far, calls: f.calls, group: g, ms: edoVolley(f.calls.most, netip.AddrPort{})})
				edo.Spawn(cx, &datagramClient{
					conn: p.near, calls: f.calls, group: g, to: end, left: each,
					out: edoVolley(volley, end), in: edoVolley(f.calls.most, netip.AddrPort{}),
				})
			}
		}}
		f.m.start()
	}
	return f.running.Poll(cx)
}

// datagramServer sends back what has come.
type datagramServer struct {
	conn      *socket.PacketConn
	calls     *datagramCalls
	group     *group
	ms        []socket.Message
	got, sent int // of ms
}

func (f *datagramServer) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		for f.sent < f.got {
			n, state, err := f.calls.write(cx, f.conn, f.ms[f.sent:f.got])
			if state == edo.Pending || err != nil {
				return edo.Unit{}, state, err
			}
			f.sent += n
		}
		n, state, err := f.calls.read(cx, f.conn, f.ms)
		if state == edo.Pending || err != nil {
			return edo.Unit{}, state, err
		}
		if f.ms[n-1].N == 0 {
			f.group.leave(cx)
			return edo.Unit{}, edo.Ready, nil
		}
		f.got, f.sent = n, 0
	}
}

func (f *datagramServer) Drop() { f.conn.Drop() }

// datagramClient sends volleys, one after the other, and waits for each to come back.
type datagramClient struct {
	conn           *socket.PacketConn
	calls          *datagramCalls
	group          *group
	to             netip.AddrPort
	left           int // volleys
	out, in        []socket.Message
	sent, received int // of the current volley
}

func (f *datagramClient) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for f.left > 0 {
		for f.sent < volley {
			n, state, err := f.calls.write(cx, f.conn, f.out[f.sent:])
			if state == edo.Pending || err != nil {
				return edo.Unit{}, state, err
			}
			f.sent += n
		}
		for f.received < volley {
			n, state, err := f.calls.read(cx, f.conn, f.in)
			if state == edo.Pending || err != nil {
				return edo.Unit{}, state, err
			}
			for i := range n {
				mustBeWhole(f.in[i].N)
			}
			f.received += n
		}
		f.sent, f.received = 0, 0
		f.left--
	}
	if _, state, err := f.conn.PollWriteTo(cx, nil, f.to); state == edo.Pending || err != nil {
		return edo.Unit{}, state, err
	}
	f.group.leave(cx)
	return edo.Unit{}, edo.Ready, nil
}

func (f *datagramClient) Drop() { f.conn.Drop() }

package main

import (
	"net/netip"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// datagramPorts opens the sockets of one pass.
func datagramPorts(task *edo.Task) (ports []datagramPair, err error) {
	ports = make([]datagramPair, connections)
	for i := range ports {
		if ports[i].near, err = socket.ListenPacket(task, "udp4", "127.0.0.1:0"); err != nil {
			return nil, err
		}
		if ports[i].far, err = socket.ListenPacket(task, "udp4", "127.0.0.1:0"); err != nil {
			return nil, err
		}
	}
	return ports, nil
}

// A datagramPair is a client's socket and that of its server.
type datagramPair struct{ near, far *socket.PacketConn }

// edoVolley returns n messages of a volley.
func edoVolley(n int, to netip.AddrPort) []socket.Message {
	ms := make([]socket.Message, n)
	for i := range ms {
		ms[i].Buffer, ms[i].Addr = make([]byte, message), to
	}
	return ms
}

func directDatagramsSingle(task *edo.Task, m *meter) error {
	return directDatagrams(task, m, func(task *edo.Task, conn *socket.PacketConn) error {
		buf := make([]byte, message)
		for {
			n, from, err := conn.ReadFrom(task, buf)
			if n == 0 || err != nil {
				return err
			}
			if _, err := conn.WriteTo(task, buf[:n], from); err != nil {
				return err
			}
		}
	}, func(task *edo.Task, conn *socket.PacketConn, to netip.AddrPort, each int) error {
		out, in := make([]byte, message), make([]byte, message)
		for range each {
			for range volley {
				if _, err := conn.WriteTo(task, out, to); err != nil {
					return err
				}
			}
			for range volley {
				n, _, err := conn.ReadFrom(task, in)
				if err != nil {
					return err
				}
				mustBeWhole(n)
			}
		}
		return nil
	})
}

func directDatagramsBatch(task *edo.Task, m *meter) error {
	return directDatagrams(task, m, func(task *edo.Task, conn *socket.PacketConn) error {
		ms := edoVolley(volley, netip.AddrPort{})
		for {
			n, err := conn.ReadBatch(task, ms)
			if err != nil || ms[n-1].N == 0 {
				return err
			}
			if _, err := conn.WriteBatch(task, ms[:n]); err != nil {
				return err
			}
		}
	}, func(task *edo.Task, conn *socket.PacketConn, to netip.AddrPort, each int) error {
		out, in := edoVolley(volley, to), edoVolley(volley, netip.AddrPort{})
		for range each {
			if _, err := conn.WriteBatch(task, out); err != nil {
				return err
			}
			for left := volley; left > 0; {
				n, err := conn.ReadBatch(task, in)
				if err != nil {
					return err
				}
				for i := range n {
					mustBeWhole(in[i].N)
				}
				left -= n
			}
		}
		return nil
	})
}

func directDatagrams(task *edo.Task, m *meter, answer func(task *edo.Task, conn *socket.PacketConn) error,
	ask func(task *edo.Task, conn *socket.PacketConn, to netip.AddrPort, each int) error) error {
	ports, err := datagramPorts(task)
	if err != nil {
		return err
	}
	each := volleys(m)
	g := newGroup(2 * connections)
	m.start()
	for _, p := range ports {
		edo.Go(task, func(task *edo.Task) error {
			defer g.done()
			defer p.far.Close()
			return answer(task, p.far)
		})
		edo.Go(task, func(task *edo.Task) error {
			defer g.done()
			defer p.near.Close()
			to := p.far.LocalAddrPort()
			if err := ask(task, p.near, to, each); err != nil {
				return err
			}
			_, err := p.near.WriteTo(task, nil, to)
			return err
		})
	}
	_, err = edo.Await(task, g)
	return err
}

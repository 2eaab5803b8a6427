package main

import (
	"fmt"
	"net"
	"net/netip"
	"sync"

	"golang.org/x/net/ipv4"
)

// A client sends a volley of datagrams, and reads until all of them have come back. A volley is
// what one system call can carry, and fits into the queue of a socket, so that none is lost. An
// empty datagram ends the server.
const volley = 64

// volleys returns the number of volleys per client, and sets m.n to the datagrams in all of them.
func volleys(m *meter) int {
	each := max(m.n/volley/connections, 1)
	m.n = each * connections * volley
	return each
}

func goDatagramsSingle(m *meter) { goDatagrams(m, goAnswerSingle, goAskSingle) }
func goDatagramsBatch(m *meter)  { goDatagrams(m, goAnswerBatch, goAskBatch) }

func goDatagrams(m *meter, answer func(*net.UDPConn), ask func(conn *net.UDPConn, to netip.AddrPort, each int)) {
	open := func() *net.UDPConn {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		must(err)
		return conn
	}
	var servers, clients sync.WaitGroup
	var near, far [connections]*net.UDPConn
	for i := range near {
		near[i], far[i] = open(), open()
	}
	each := volleys(m)
	m.start()
	for i := range near {
		servers.Go(func() {
			answer(far[i])
			far[i].Close()
		})
		clients.Go(func() {
			to := far[i].LocalAddr().(*net.UDPAddr).AddrPort()
			ask(near[i], to, each)
			_, err := near[i].WriteToUDPAddrPort(nil, to)
			must(err)
			near[i].Close()
		})
	}
	clients.Wait()
	m.stop()
	servers.Wait()
}

// mustBeWhole panics unless a datagram of n bytes is one of the client's.
func mustBeWhole(n int) {
	if n != message {
		panic(fmt.Sprintf("a datagram of %d bytes instead of %d", n, message))
	}
}

func goAnswerSingle(conn *net.UDPConn) {
	buf := make([]byte, message)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		must(err)
		if n == 0 {
			return
		}
		_, err = conn.WriteToUDPAddrPort(buf[:n], from)
		must(err)
	}
}

func goAskSingle(conn *net.UDPConn, to netip.AddrPort, each int) {
	out, in := make([]byte, message), make([]byte, message)
	for range each {
		for range volley {
			_, err := conn.WriteToUDPAddrPort(out, to)
			must(err)
		}
		for range volley {
			n, _, err := conn.ReadFromUDPAddrPort(in)
			must(err)
			mustBeWhole(n)
		}
	}
}

// goVolley returns the messages of a volley.
func goVolley(to net.Addr) []ipv4.Message {
	ms := make([]ipv4.Message, volley)
	for i := range ms {
		ms[i].Buffers, ms[i].Addr = [][]byte{make([]byte, message)}, to
	}
	return ms
}

func goAnswerBatch(conn *net.UDPConn) {
	packets, ms := ipv4.NewPacketConn(conn), goVolley(nil)
	for {
		n, err := packets.ReadBatch(ms, 0)
		must(err)
		if ms[n-1].N == 0 {
			return
		}
		goSendAll(packets, ms[:n])
	}
}

func goAskBatch(conn *net.UDPConn, to netip.AddrPort, each int) {
	packets, out, in := ipv4.NewPacketConn(conn), goVolley(net.UDPAddrFromAddrPort(to)), goVolley(nil)
	for range each {
		goSendAll(packets, out)
		for left := volley; left > 0; {
			n, err := packets.ReadBatch(in, 0)
			must(err)
			for _, m := range in[:n] {
				mustBeWhole(m.N)
			}
			left -= n
		}
	}
}

// goSendAll sends ms, as many at a time as the system takes.
func goSendAll(packets *ipv4.PacketConn, ms []ipv4.Message) {
	for len(ms) > 0 {
		n, err := packets.WriteBatch(ms, 0)
		must(err)
		ms = ms[n:]
	}
}

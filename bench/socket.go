package main

import (
	"io"
	"net"
	"sync"
)

// Sizes. Each client writes a window of messages, and reads until all of them have come
// back.
const (
	connections = 4
	message     = 64
	window      = 16 * message
	buffer      = 4096 // of the server
	buffers     = 2    // for each connection, where two tasks serve it
)

// windows returns the number of windows per client, and sets m.n to the messages in all of
// them.
func windows(m *meter) int {
	each := max(m.n*message/window/connections, 1)
	m.n = each * connections * window / message
	return each
}

func goSocketOne(m *meter) { goEcho(m, goServeOne) }
func goSocketTwo(m *meter) { goEcho(m, goServeTwo) }

func goEcho(m *meter, serve func(net.Conn)) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	var servers, clients sync.WaitGroup
	conns := make([]net.Conn, connections)
	for i := range conns {
		conns[i], err = net.Dial("tcp", listener.Addr().String())
		must(err)
		accepted, err := listener.Accept()
		must(err)
		servers.Go(func() {
			serve(accepted)
			accepted.Close()
		})
	}
	each := windows(m)
	m.start()
	for _, conn := range conns {
		clients.Go(func() {
			out, in := make([]byte, window), make([]byte, window)
			for range each {
				_, err := conn.Write(out)
				must(err)
				_, err = io.ReadFull(conn, in)
				must(err)
			}
			conn.Close()
		})
	}
	clients.Wait()
	m.stop()
	servers.Wait()
	listener.Close()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func goServeOne(conn net.Conn) {
	buf := make([]byte, buffer)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return // the client has closed
		}
		_, err = conn.Write(buf[:n])
		must(err)
	}
}

func goServeTwo(conn net.Conn) {
	full, free := make(chan []byte, buffers), make(chan []byte, buffers)
	for range buffers {
		free <- make([]byte, buffer)
	}
	var writer sync.WaitGroup
	writer.Go(func() {
		for buf := range full {
			_, err := conn.Write(buf)
			must(err)
			free <- buf[:buffer]
		}
	})
	for buf := range free {
		n, err := conn.Read(buf)
		if err != nil {
			break
		}
		full <- buf[:n]
	}
	close(full)
	writer.Wait()
}

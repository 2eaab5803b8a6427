// Proxy passes TCP connections on to several backends: a load balancer.
//
//	go run ./examples/proxy -addr 127.0.0.1:8080 -numbers 127.0.0.1:8081 -backends 127.0.0.1:9001,127.0.0.1:9002
//	nc 127.0.0.1 8080    # a connection to one of the backends
//	nc 127.0.0.1 8081    # a line of numbers
//
// A connection goes to the backend with the fewest connections. One that does not answer
// its checks gets no new ones until it does; when none answers, a client is reset. A half-close
// passes through, a reset too, and a side that reads slowly slows the other down. Neither an idle
// connection nor an end of one has a buffer.
//
// Ctrl-C ends it: the first one stops accepting, and the connections that are open have some
// time to end by themselves; a second one cuts them off.
//
// proxy.go has the path of a connection, pool.go the choice of its backend.
package main

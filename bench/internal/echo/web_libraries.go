package echo

import (
	"context"
	"net"
	"net/http"

	coder "github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	gorilla "github.com/gorilla/websocket"
	"github.com/lesismal/nbio/logging"
	"github.com/lesismal/nbio/nbhttp"
	nbio "github.com/lesismal/nbio/nbhttp/websocket"
)

// serveHTTP serves handler by net/http.
func serveHTTP(c Config, handler http.HandlerFunc) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.Ready(listener.Addr().String())
	return http.Serve(listener, handler)
}

// serveGorilla is gorilla/websocket, with its default buffers: those of net/http.
func serveGorilla(c Config) error {
	var upgrader gorilla.Upgrader
	return serveHTTP(c, func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			kind, data, err := conn.ReadMessage()
			if err != nil {
				return
			}
			if err := conn.WriteMessage(kind, data); err != nil {
				return
			}
		}
	})
}

// serveCoder is coder/websocket.
func serveCoder(c Config) error {
	return serveHTTP(c, func(w http.ResponseWriter, r *http.Request) {
		conn, err := coder.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		for {
			kind, data, err := conn.Read(context.Background())
			if err != nil {
				return
			}
			if err := conn.Write(context.Background(), kind, data); err != nil {
				return
			}
		}
	})
}

// serveGobwas is gobwas/ws as its documentation has it: a goroutine for each connection.
func serveGobwas(c Config) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.Ready(listener.Addr().String())
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			if _, err := ws.Upgrade(conn); err != nil {
				return
			}
			for {
				data, op, err := wsutil.ReadClientData(conn)
				if err != nil {
					return
				}
				if err := wsutil.WriteServerMessage(conn, op, data); err != nil {
					return
				}
			}
		}()
	}
}

// serveNbio is nbio, with as many pollers as workers.
func serveNbio(c Config) error {
	logging.SetLevel(logging.LevelNone) // it would print where the parent expects the address
	upgrader := nbio.NewUpgrader()
	upgrader.OnMessage(func(conn *nbio.Conn, kind nbio.MessageType, data []byte) {
		if conn.WriteMessage(kind, data) != nil {
			conn.Close()
		}
	})
	engine := nbhttp.NewEngine(nbhttp.Config{
		Network: "tcp", Addrs: []string{"127.0.0.1:0"}, NPoller: c.Workers, ReleaseWebsocketPayload: true,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			upgrader.Upgrade(w, r, nil) // it answers a request that it refuses
		}),
	})
	upgrader.Engine = engine
	if err := engine.Start(); err != nil {
		return err
	}
	c.Ready(engine.Addrs[0])
	select {}
}

//go:build !unix

package real

import (
	"net"
	"os"
)

func readMessage(c net.Conn, p []byte) (n int, of passed, err error) {
	n, err = c.Read(p)
	return n, of, err
}

func (c *portableConn) passFiles([]byte, []*os.File) (int, error) { return 0, errOnlyUnix }

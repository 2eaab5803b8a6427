package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
)

// redisServer is the program that the rows of asynq need.
const redisServer = "redis-server"

// hasRedis reports whether it is there.
func hasRedis() bool {
	_, err := exec.LookPath(redisServer)
	return err == nil
}

// beRedis starts a Redis server on loopback, in a folder of its own, and ends it when the input ends: so
// it does not outlive a measurement that is killed.
//
// It writes each command to its file, and through to the disk each second. A server that is killed loses
// nothing that it has confirmed, as one of NATS, and a power failure loses a second; of NATS, two minutes.
func beRedis(stdin io.Reader, stdout io.Writer) error {
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	address, end, err := startRedis(folder)
	for range 4 { // the port may be taken meanwhile
		if err == nil {
			break
		}
		address, end, err = startRedis(folder)
	}
	if err != nil {
		return err
	}
	defer end()
	fmt.Fprintln(stdout, address)
	_, err = io.Copy(io.Discard, stdin)
	return err
}

// startRedis starts the server on a port that was free.
func startRedis(folder string) (address string, end func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	address = l.Addr().String()
	l.Close()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(redisServer, "--bind", host, "--port", port, "--dir", folder, "--save", "", "--appendonly", "yes",
		"--appendfsync", "everysec", "--daemonize", "no", "--loglevel", "notice")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	lines, last := bufio.NewScanner(out), ""
	for lines.Scan() {
		if last = lines.Text(); strings.Contains(last, "Ready to accept connections") {
			go io.Copy(io.Discard, out)
			return address, func() {
				cmd.Process.Kill()
				cmd.Wait()
			}, nil
		}
	}
	cmd.Wait()
	return "", nil, errors.New(redisServer + " has not started: " + last)
}

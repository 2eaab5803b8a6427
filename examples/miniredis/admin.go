package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// version is that of the redis whose behaviour this is.
const version = "7.0.15"

// commandList is COMMAND. redis-cli takes an empty list for "no hints".
func commandList(c *client, _ [][]byte) { c.out.array(0) }

func commandDocs(c *client, _ [][]byte) { c.out.pairs(0) }

func commandCount(c *client, _ [][]byte) {
	n := 0
	for _, cmd := range commands {
		if cmd.flags&hostOrPost == 0 && !strings.Contains(cmd.name, "|") {
			n++
		}
	}
	c.out.integer(n)
}

// settings are what CONFIG GET knows. None can be changed.
var settings = map[string]string{
	"save":               "",
	"appendonly":         "no",
	"databases":          strconv.Itoa(databases),
	"maxclients":         strconv.Itoa(maxClients),
	"maxmemory":          "0",
	"timeout":            "0",
	"proto-max-bulk-len": strconv.Itoa(maxBulk),
}

func configGet(c *client, args [][]byte) {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		isAsked := func(pattern []byte) bool { return match(strings.ToLower(string(pattern)), name) }
		if slices.ContainsFunc(args[2:], isAsked) {
			found = append(found, name)
		}
	}
	c.out.pairs(len(found))
	for _, name := range found {
		c.out.text(name)
		c.out.text(settings[name])
	}
}

func configSet(c *client, args [][]byte) {
	for i := 2; i < len(args); i += 2 {
		name := strings.ToLower(string(args[i]))
		if _, ok := settings[name]; !ok || len(args)%2 != 0 {
			c.out.fail("ERR Unknown option or number of arguments for CONFIG SET - '" + clip(args[i], 128) + "'")
			return
		}
	}
	c.out.fail("ERR CONFIG SET failed (possibly related to argument '" + clip(args[2], 128) + "') - can't set immutable config")
}

func configResetStat(c *client, _ [][]byte) {
	c.server.executed = 0
	c.out.ok()
}

// info is INFO, with all sections.
func info(c *client, _ [][]byte) {
	s := c.server
	var b strings.Builder
	fmt.Fprintf(&b, "# Server\r\nredis_version:%s\r\nredis_mode:standalone\r\nuptime_in_seconds:%d\r\n\r\n",
		version, (s.now-s.started.UnixMilli())/1000)
	blocked := 0
	for _, other := range s.clients {
		if other.waiter != nil {
			blocked++
		}
	}
	fmt.Fprintf(&b, "# Clients\r\nconnected_clients:%d\r\nmaxclients:%d\r\nblocked_clients:%d\r\n\r\n",
		len(s.clients), maxClients, blocked)
	fmt.Fprintf(&b, "# Stats\r\ntotal_connections_received:%d\r\ntotal_commands_processed:%d\r\n\r\n",
		s.lastID, s.executed)
	fmt.Fprintf(&b, "# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n# Keyspace\r\n")
	for i := range s.dbs {
		if db := &s.dbs[i]; db.keys.len() > 0 {
			fmt.Fprintf(&b, "db%d:keys=%d,expires=%d,avg_ttl=0\r\n", i, db.keys.len(), db.volatile.len())
		}
	}
	c.out.verbatim(b.String())
}

// clock is TIME: seconds and microseconds.
func clock(c *client, _ [][]byte) {
	c.out.array(2)
	c.out.text(strconv.FormatInt(c.server.now/1000, 10))
	c.out.text(strconv.FormatInt(c.server.now%1000*1000, 10))
}

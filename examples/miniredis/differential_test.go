package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The words of templates that stand for arguments drawn at random. There are few keys, so
// commands often meet a value of another type.
var words = map[string][]string{
	"KEY":   {"a", "b", "c", "d", "e", "f"},
	"VALUE": {"", "x", "hello", "10", "-5", "1.5", " 10", "10 ", "+10", "010", "-0", "9223372036854775807", "-9223372036854775808", "\x00\r\n", strings.Repeat("long", 30)},
	"INT":   {"0", "1", "-1", "2", "3", "-3", "100", "-100", "x", "", "1.5", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "+1", "01"},
	"COUNT": {"0", "1", "2", "3", "-1", "-2", "x", "10"},
	"FLOAT": {"1", "2", "2.5", "-1", "0.1", "1e20", "inf", "-inf", "+inf", "3.0e3", "abc", "", "0.30000000000000004", "123456789012", "1e-5"},
	"BOUND": {"1", "(1", "2.5", "(2.5", "-inf", "+inf", "(-1", "0", "x", "(", "inf", "(0.1", "(inf", "(-inf"},
	"NAME":  {"m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11", "m12"},
	"WHEN":  {"0", "1", "-1", "4000000000", "5000000000", "x", "9223372036854775807", "-9223372036854775808", "99999999999999999"},
	// No two times are the same: GT and LT would depend on the millisecond of the command before.
	"AFTER": {"0", "-1", "1000000", "4000000000", "x", "9223372036854775807", "-9223372036854775808", "99999999999999999"},
	"OPT":   {"NX", "XX", "GT", "LT", "nx", "foo"},
	"SETO":  {"NX", "XX", "GET", "KEEPTTL", "EX 1000", "PX 1000000", "EXAT 4000000000", "PXAT 4000000000000", "EX 0", "EX -1", "EX abc", "PX", "foo", "EX 9223372036854775807"},
	"ZOPT":  {"NX", "XX", "GT", "LT", "CH", "INCR"},
	"DIR":   {"LEFT", "RIGHT", "left", "up"},
	"PAT":   {"*", "a", "[a-c]", "?", "[^a]", "\\a", "b*", "[", "", "??", "[a", "[c-a]"},
	"DB":    {"0", "1", "16", "-1", "abc", "0", "0"},
}

// templates are commands with the same reply from every server with the same data.
var templates = strings.Split(strings.TrimSpace(`
GET KEY
SET KEY VALUE
SET KEY VALUE SETO
SET KEY VALUE SETO SETO
SETNX KEY VALUE
SETEX KEY AFTER VALUE
PSETEX KEY AFTER VALUE
GETSET KEY VALUE
GETDEL KEY
MGET KEY KEY KEY
MSET KEY VALUE KEY VALUE
MSET KEY VALUE KEY
MSETNX KEY VALUE KEY VALUE
INCR KEY
DECR KEY
INCRBY KEY INT
DECRBY KEY INT
INCRBYFLOAT KEY FLOAT
APPEND KEY VALUE
STRLEN KEY
GETRANGE KEY INT INT
DEL KEY KEY
UNLINK KEY KEY
EXISTS KEY KEY
TOUCH KEY KEY
TYPE KEY
KEYS PAT
RENAME KEY KEY
RENAMENX KEY KEY
EXPIREAT KEY WHEN
EXPIREAT KEY WHEN OPT
EXPIREAT KEY WHEN OPT OPT
PEXPIREAT KEY WHEN
EXPIRE KEY AFTER
EXPIRE KEY AFTER OPT
PEXPIRE KEY AFTER OPT
TTL KEY
PTTL KEY
PERSIST KEY
LPUSH KEY VALUE VALUE
RPUSH KEY VALUE NAME NAME
LPUSHX KEY VALUE
RPUSHX KEY NAME
LPOP KEY
RPOP KEY
LPOP KEY COUNT
RPOP KEY COUNT
LLEN KEY
LRANGE KEY INT INT
LINDEX KEY INT
LSET KEY INT VALUE
LTRIM KEY INT INT
LREM KEY INT NAME
LINSERT KEY BEFORE NAME VALUE
LINSERT KEY AFTER NAME VALUE
LINSERT KEY beside NAME VALUE
RPOPLPUSH KEY KEY
LMOVE KEY KEY DIR DIR
SADD KEY NAME NAME NAME
SREM KEY NAME NAME
SISMEMBER KEY NAME
SMISMEMBER KEY NAME NAME
SCARD KEY
SMEMBERS KEY
SPOP KEY 100
SPOP KEY -1
SRANDMEMBER KEY 100
SRANDMEMBER KEY x
SINTER KEY KEY
SUNION KEY KEY
SDIFF KEY KEY KEY
HSET KEY NAME VALUE NAME VALUE
HSET KEY NAME VALUE NAME
HMSET KEY NAME VALUE
HSETNX KEY NAME VALUE
HGET KEY NAME
HMGET KEY NAME NAME
HGETALL KEY
HKEYS KEY
HVALS KEY
HDEL KEY NAME NAME
HEXISTS KEY NAME
HLEN KEY
HSTRLEN KEY NAME
HINCRBY KEY NAME INT
HRANDFIELD KEY 100 WITHVALUES
HRANDFIELD KEY 100
HRANDFIELD KEY x
ZADD KEY FLOAT NAME FLOAT NAME
ZADD KEY FLOAT NAME FLOAT NAME FLOAT NAME
ZADD KEY ZOPT FLOAT NAME
ZADD KEY ZOPT ZOPT FLOAT NAME
ZADD KEY ZOPT FLOAT NAME FLOAT NAME
ZINCRBY KEY FLOAT NAME
ZSCORE KEY NAME
ZMSCORE KEY NAME NAME
ZCARD KEY
ZCOUNT KEY BOUND BOUND
ZRANK KEY NAME
ZREVRANK KEY NAME
ZREM KEY NAME NAME
ZPOPMIN KEY
ZPOPMAX KEY
ZPOPMIN KEY COUNT
ZPOPMAX KEY COUNT
ZRANGE KEY INT INT
ZRANGE KEY INT INT WITHSCORES
ZRANGE KEY INT INT REV WITHSCORES
ZRANGE KEY BOUND BOUND BYSCORE
ZRANGE KEY BOUND BOUND BYSCORE REV WITHSCORES
ZRANGE KEY BOUND BOUND BYSCORE LIMIT INT INT
ZRANGE KEY INT INT LIMIT INT INT
ZREVRANGE KEY INT INT WITHSCORES
ZRANGEBYSCORE KEY BOUND BOUND
ZRANGEBYSCORE KEY BOUND BOUND WITHSCORES LIMIT COUNT COUNT
ZREVRANGEBYSCORE KEY BOUND BOUND LIMIT COUNT COUNT
MULTI
EXEC
EXEC
DISCARD
WATCH KEY KEY
UNWATCH
SELECT DB
FLUSHDB
FLUSHALL ASYNC
FLUSHALL now
PING
PING VALUE
PING VALUE VALUE
ECHO VALUE
AUTH VALUE
AUTH default VALUE
AUTH NAME VALUE
AUTH NAME VALUE VALUE
CLIENT SETNAME NAME
CLIENT SETNAME VALUE
CLIENT GETNAME
CLIENT foo
CONFIG foo
CONFIG GET save
CONFIG GET appendonly
CONFIG GET nothing
PUBLISH KEY VALUE
PUBSUB CHANNELS
PUBSUB NUMSUB KEY
PUBSUB NUMPAT
PUBSUB foo
BLPOP KEY KEY COUNT
BRPOP KEY x
FOO VALUE VALUE
HELLO abc
HELLO 4
HELLO 1
RESET
`), "\n")

// unordered are the commands with a reply in any order.
var unordered = map[string]bool{
	"KEYS": true, "SMEMBERS": true, "SPOP": true, "SRANDMEMBER": true, "SINTER": true, "SUNION": true,
	"SDIFF": true, "HGETALL": true, "HKEYS": true, "HVALS": true, "HRANDFIELD": true, "EXEC": true,
}

// drawCommand draws a command. Now and then it has an argument too few or too many.
func drawCommand(r *rand.Rand) []string {
	var args []string
	template := templates[r.IntN(len(templates))]
	for _, word := range strings.Fields(template) {
		if word == "KEY" && r.IntN(3) > 0 {
			word = usualKey(template)
		} else if choices := words[word]; choices != nil {
			isAfter := word == "AFTER"
			word = choices[r.IntN(len(choices))]
			if strings.Contains(word, " ") && strings.TrimSpace(word) == word {
				args = append(args, strings.Fields(word)...)
				continue
			}
			if after, err := strconv.Atoi(word); err == nil && isAfter && after >= 1000000 && after <= 4000000000 {
				word = strconv.Itoa(after + r.IntN(1<<20)*7919) // see AFTER
			}
		}
		args = append(args, word)
	}
	switch r.IntN(100) {
	case 0:
		args = args[:max(1, len(args)-1)]
	case 1:
		args = append(args, "more")
	case 2:
		args[0] = strings.ToLower(args[0])
	}
	return args
}

// usualKey returns the key that has most often a value of the type of the command.
func usualKey(template string) string {
	switch {
	case strings.HasPrefix(template, "SET"), strings.HasPrefix(template, "STR"):
		return "a"
	case strings.HasPrefix(template, "S"):
		return "b"
	case strings.HasPrefix(template, "H"):
		return "c"
	case strings.HasPrefix(template, "Z"):
		return "d"
	case strings.HasPrefix(template, "L"), strings.HasPrefix(template, "R"):
		return "e"
	}
	return "a"
}

// mayBlock reports whether a command may wait, or its reply depends on the clock or on chance.
func mayBlock(args []string) bool {
	switch strings.ToUpper(args[0]) {
	case "BLPOP", "BRPOP":
		return true
	case "SPOP", "SRANDMEMBER", "HRANDFIELD":
		return len(args) < 3 // of one element
	case "HELLO":
		return len(args) < 2
	}
	return false
}

// play sends the same commands to both servers, and requires the same replies.
func play(t *testing.T, r *rand.Rand, mini, real *peer, batches int) {
	var log []string
	isMulti := false
	for range batches {
		var batch []byte
		var sent [][]string
		for range 1 + r.IntN(20) {
			args := drawCommand(r)
			if mayBlock(args) && !isMulti {
				continue
			}
			switch strings.ToUpper(args[0]) {
			case "MULTI":
				isMulti = isMulti || len(args) == 1
			case "EXEC", "DISCARD", "RESET":
				isMulti = isMulti && len(args) != 1
			}
			batch = append(batch, encode(args...)...)
			sent = append(sent, args)
		}
		mini.send(batch)
		real.send(batch)
		for _, args := range sent {
			name := strings.ToUpper(args[0])
			got, want := mini.reply(unordered[name]), real.reply(unordered[name])
			log = append(log, strings.Join(args, " ")+" => "+want)
			if got != want && !isSame(name, got, want) {
				t.Fatalf("%q: got\n%s\nand redis replies\n%s\nafter\n%s", args, got, want, strings.Join(log[max(0, len(log)-15):], "\n"))
			}
		}
	}
}

// isSame reports whether two replies differ only in what depends on the clock, or on the
// order of the members of sets in a transaction.
func isSame(name, got, want string) bool {
	switch name {
	case "TTL", "PTTL":
		return strings.HasPrefix(got, ":") && strings.HasPrefix(want, ":") && !strings.HasPrefix(got, ":-") && !strings.HasPrefix(want, ":-")
	case "EXEC":
		return len(got) == len(want) && letters(got) == letters(want)
	case "PUBSUB", "CLIENT", "COMMAND":
		return got[0] == '-' && want[0] == '-'
	}
	return false
}

// letters counts the bytes of a text.
func letters(s string) (n [256]int) {
	for i := range len(s) {
		n[s[i]]++
	}
	return n
}

func TestRandomCommandsGetTheRepliesOfRedis(t *testing.T) {
	real := startReal(t)
	mini := startMini(t)
	for seed := range 20 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 1))
			a, b := dialPeer(t, mini), dialPeer(t, real)
			hello := encode("HELLO", "3")
			if seed%2 == 0 {
				hello = encode("PING")
			}
			for _, p := range []*peer{a, b} {
				p.send(append(encode("FLUSHALL"), hello...))
				p.reply(false)
				p.reply(false)
			}
			play(t, r, a, b, 60)
		})
	}
}

// inputs are bytes that clients should not send, and forms that few clients use.
var inputs = []string{
	"PING\r\n", "PING\n", "\r\nPING\r\n", "  \r\nPING\r\n", "   PING   hello  \r\n",
	"set k \"a\\x41\\n\\\"b\"\r\nget k\r\n", "set k 'it\\'s \\n'\r\nget k\r\n", "set k \"\"\r\nget k\r\n",
	"PING\r\nset k \"x\"y\r\nPING\r\n", "set k \"x\r\n", "set k 'x\r\n", "ECHO a\"b\"\r\n", "ECHO \"\\xzz\"\r\n",
	"*0\r\n*-1\r\n*-5\r\nPING\r\n", "*abc\r\n", "*\r\n", "* 1\r\n", "*01\r\n", "*+1\r\n", "*2147483648\r\n", "*99999999999999999999\r\n",
	"*1\r\n$-1\r\n", "*1\r\n$abc\r\n", "*1\r\n$ 4\r\n", "*1\r\n$+4\r\n", "*1\r\n$04\r\n", "*1\r\n$536870913\r\n", "*1\r\n$\r\n",
	"*1\r\n:4\r\n", "*1\r\nPING\r\n", "*1\r\n\r\n", "*1\r\n\x01\r\n", "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n", "*1\n$4\nPING\n",
	"*1\r\n$4\r\nPING\r\n*1\r\n$abc\r\n*1\r\n$4\r\nPING\r\n", "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "POST / HTTP/1.1\r\n\r\n", "PING\r\nQUIT\r\nPING\r\n", "QUIT x\r\nPING\r\n",
	"*1\r\n$4\r\nPIN", "PIN", "*1048577\r\n$4\r\nPING\r\n",
	"PING " + strings.Repeat("x", 70_000) + "\r\n", "foo\r\n", "\"\"\r\nPING\r\n", "*1\r\n$0\r\n\r\n",
	"*" + strings.Repeat("1", 70_000), "*1\r\n$" + strings.Repeat("1", 70_000), strings.Repeat("x", 70_000),
	"FOO\r\n", "FOO a b\r\n", "FOO " + strings.Repeat("abcdefgh ", 40) + "\r\n", strings.Repeat("F", 200) + "\r\n", "\"FOO\\r\\nBAR\" \"a\\nb\"\r\n",
	"get\r\n", "client\r\n", "client id x\r\n", "client|id x\r\n", "client foo\r\n", "config\r\n", "config get\r\n", "ECHO\r\n",
	"HELLO 3\r\nPING\r\nSUBSCRIBE a\r\nPING\r\nPUBLISH a x\r\nUNSUBSCRIBE\r\nUNSUBSCRIBE\r\nGET nothing\r\n",
	"SUBSCRIBE a b a\r\nPSUBSCRIBE *\r\nPING\r\nPING x\r\nGET x\r\nECHO\r\nFOO\r\nUNSUBSCRIBE c\r\nUNSUBSCRIBE a b\r\nPUNSUBSCRIBE\r\nPUNSUBSCRIBE\r\nUNSUBSCRIBE\r\nPING\r\n",
	"SUBSCRIBE a\r\nRESET\r\nPUBLISH a x\r\nGET x\r\n", "SUBSCRIBE a\r\nQUIT\r\n",
	"MULTI\r\nMULTI\r\nPING\r\nEXEC\r\n", "MULTI\r\nFOO\r\nPING\r\nEXEC\r\n", "MULTI\r\nGET\r\nDISCARD\r\nEXEC\r\n",
	"DEL k\r\nMULTI\r\nSET k a\r\nLPUSH k b\r\nGET k\r\nEXEC\r\n", "WATCH k\r\nSET k z\r\nMULTI\r\nPING\r\nEXEC\r\nMULTI\r\nPING\r\nEXEC\r\n",
	"MULTI\r\nBLPOP nothing 0\r\nEXEC\r\n", "MULTI\r\nSUBSCRIBE a\r\nEXEC\r\n", "MULTI\r\nWATCH a\r\nEXEC\r\n", "HELLO 3\r\nMULTI\r\nGET nothing\r\nEXEC\r\nWATCH k\r\nSET k y\r\nMULTI\r\nEXEC\r\n",
	"BLPOP nothing -1\r\nBLPOP nothing abc\r\nBLPOP nothing 0.01\r\nHELLO 3\r\nBLPOP nothing 0.01\r\nLPOP nothing\r\nLPOP nothing 1\r\n",
	"SET k 1 EXAT 1\r\nGET k\r\n", "SET k 5e3\r\nINCRBYFLOAT k 3\r\nHELLO 3\r\nINCRBYFLOAT k 0.1\r\n",
	"DEL z\r\nZADD z 1.5 a 3 b inf c 1e20 d 0.1 e\r\nHELLO 3\r\nZRANGE z 0 -1 WITHSCORES\r\nZSCORE z a\r\nZSCORE z x\r\nZPOPMIN z\r\nZPOPMIN z 1\r\nHGETALL nothing\r\n",
	"HELLO 3 AUTH default x SETNAME me\r\nCLIENT GETNAME\r\nHELLO 2 AUTH x y\r\nHELLO 2 foo\r\nHELLO 2 SETNAME \"a b\"\r\n",
	"AUTH x\r\nAUTH default x\r\nAUTH y x\r\nSELECT 16\r\nSELECT -1\r\nSELECT abc\r\nHELLO 4\r\nHELLO 1\r\nHELLO abc\r\n",
	"CONFIG SET foo bar\r\n", "COMMAND foo\r\n",
}

func TestStrangeInputIsAnsweredAsByRedis(t *testing.T) {
	real := startReal(t)
	mini := startMini(t)
	for _, input := range inputs {
		var answers [2]string
		for i, sock := range []string{mini, real} {
			p := dialPeer(t, sock)
			p.send([]byte("FLUSHALL\r\n" + input))
			if err := p.conn.(*net.UnixConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			answers[i] = withoutID.ReplaceAllString(p.rest(), "$1:N\r\n")
		}
		if answers[0] != answers[1] {
			t.Errorf("%.100q: got\n%.600q\nand redis replies\n%.600q", input, answers[0], answers[1])
		}
	}
}

// withoutID finds the number of a connection in the reply to HELLO.
var withoutID = regexp.MustCompile(`(\$2\r\nid\r\n):[0-9]+\r\n`)

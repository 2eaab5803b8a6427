package causes

import (
	"go/types"
	"strings"

	"github.com/edo-go/edo/vet/internal/api"
)

// A Kind of cause.
type Kind uint8

const (
	Blocks Kind = iota // holds up the goroutine
	Clock              // differs from run to run
	kinds
)

// A Cause is something that a function does.
type Cause struct {
	Text string // "calls time.Sleep"
	Use  string // what to use instead, or ""
	near bool   // it is the package's own affair, and no fact
}

const useCall = "edo.Call"

// blocking are functions that wait, by their full names, and what to use instead.
var blocking = map[string]Cause{
	"time.Sleep":          {Use: "timer.Sleep"},
	"sync.WaitGroup.Wait": {Use: "scope.Run, or the handles of the tasks", near: true},
	"sync.Cond.Wait":      {Use: "lock.Notify", near: true},
	"os.Process.Wait":     {Use: useCall},
}

// blockingMethods are more of them: "path.T" with the names of methods, "path" with those of functions.
var blockingMethods = map[string]struct{ use, names string }{
	"fmt":                              {useCall, "Scan Scanf Scanln"},
	"net":                              {"package socket", "Dial DialTimeout DialTCP DialUnix"},
	"net.Dialer":                       {"package socket", "Dial DialContext DialTCP DialUnix"},
	"net.Resolver":                     {useCall, "LookupAddr LookupCNAME LookupHost LookupIP LookupIPAddr LookupMX LookupNS LookupNetIP LookupSRV LookupTXT"},
	"net.TCPListener":                  {"package socket", "Accept AcceptTCP"},
	"net.UnixListener":                 {"package socket", "Accept AcceptUnix"},
	"net.TCPConn":                      {"package socket", "Read Write ReadFrom WriteTo"},
	"net.UnixConn":                     {"package socket", "Read Write ReadFrom ReadFromUnix ReadMsgUnix"},
	"net.UDPConn":                      {"package socket", "Read ReadFrom ReadFromUDP ReadFromUDPAddrPort ReadMsgUDP"},
	"net/http":                         {useCall, "Get Head Post PostForm ListenAndServe ListenAndServeTLS Serve ServeTLS"},
	"net/http.Client":                  {useCall, "Do Get Head Post PostForm"},
	"net/http.Server":                  {useCall, "ListenAndServe ListenAndServeTLS Serve ServeTLS Shutdown"},
	"net/http.Transport":               {useCall, "RoundTrip"},
	"os/exec.Cmd":                      {useCall, "Run Wait Output CombinedOutput"},
	"database/sql.DB":                  {useCall, sqlNames + " Begin BeginTx Ping PingContext Conn"},
	"database/sql.Conn":                {useCall, sqlNames + " BeginTx PingContext"},
	"database/sql.Tx":                  {useCall, sqlNames + " Commit Rollback"},
	"database/sql.Stmt":                {useCall, sqlNames},
	"net/smtp":                         {useCall, "Dial SendMail"},
	"net/rpc.Client":                   {useCall, "Call"},
	"crypto/tls":                       {"package tlsconn", "Dial DialWithDialer"},
	"golang.org/x/sync/errgroup.Group": {"scope.Run", "Wait"},
	api.Root:                           {"edo.Await of a handle", "Block Run"},
	api.Root + ".Runtime":              {"edo.Await of a handle", "Wait Shutdown"},
}

const sqlNames = "Exec ExecContext Query QueryContext QueryRow QueryRowContext Prepare PrepareContext"

// lookups are the functions of package net that ask a name server.
const lookups = "LookupAddr LookupCNAME LookupHost LookupIP LookupMX LookupNS LookupSRV LookupTXT ResolveIPAddr ResolveTCPAddr ResolveUDPAddr"

func init() {
	add(blocking, "net", useCall, lookups)
	for of, m := range blockingMethods {
		add(blocking, of, m.use, m.names)
	}
	for of, names := range map[string]string{
		"time":         "Now Since Until After AfterFunc NewTicker NewTimer Tick Sleep",
		"math/rand":    randNames + " Int31 Int31n Int63 Int63n Intn Seed Read",
		"math/rand/v2": randNames + " Int32 Int32N Int64 Int64N IntN N Uint Uint32N Uint64N UintN",
	} {
		use := "edo.Rand"
		if of == "time" {
			use = "package timer"
		}
		add(clock, of, use, names)
	}
}

const randNames = "ExpFloat64 Float32 Float64 Int NormFloat64 Perm Shuffle Uint32 Uint64"

// clock are the functions whose results differ from run to run.
var clock = map[string]Cause{}

func add(to map[string]Cause, of, use, names string) {
	for name := range strings.FieldsSeq(names) {
		to[of+"."+name] = Cause{Use: use}
	}
}

// known returns what a function of a known name causes.
func known(k Kind, fn *types.Func) *Cause {
	list := blocking
	if k == Clock {
		list = clock
	}
	c, ok := list[api.FullName(fn)]
	if !ok {
		return nil
	}
	c.Text = "calls " + api.ShortName(fn)
	return &c
}

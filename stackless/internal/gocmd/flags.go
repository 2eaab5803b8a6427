package gocmd

import "strings"

// A flagUse says what this package must know of a flag of the go command.
type flagUse uint8

const (
	boolean flagUse = 1 << iota // needs no value
	list                        // decides which files and packages there are, or how dependencies are compiled
	cover                       // asks for coverage, unless it is false or empty
	plain                       // the command has to see the files of the user
)

// buildFlags are the flags that build, run, test and vet have in common.
var buildFlags = map[string]flagUse{
	"C":                   list,
	"a":                   boolean,
	"n":                   boolean,
	"p":                   0,
	"v":                   boolean,
	"x":                   boolean,
	"work":                boolean,
	"asan":                boolean | list,
	"msan":                boolean | list,
	"race":                boolean | list,
	"asmflags":            list,
	"buildmode":           list,
	"buildvcs":            boolean,
	"compiler":            list,
	"gccgoflags":          list,
	"gcflags":             list,
	"installsuffix":       list,
	"json":                boolean,
	"ldflags":             0,
	"linkshared":          boolean | list,
	"mod":                 list,
	"modcacherw":          boolean | list,
	"modfile":             list,
	"overlay":             list,
	"pgo":                 0,
	"pkgdir":              list,
	"tags":                list,
	"toolexec":            list,
	"trimpath":            boolean | list,
	"debug-actiongraph":   0,
	"debug-runtime-trace": 0,
	"debug-trace":         0,
}

// coverFlags are those of build, run and test.
var coverFlags = map[string]flagUse{
	"cover":     boolean | cover,
	"covermode": cover,
	"coverpkg":  cover,
}

// commandFlags are the other flags of each command.
var commandFlags = map[string]map[string]flagUse{
	"build": {"o": 0},
	"run":   {"exec": 0},
	"test": {
		"c": boolean, "o": 0, "exec": 0, "vet": 0,

		// These are also known as test.NAME.
		"artifacts": boolean, "bench": 0, "benchmem": boolean, "benchtime": 0, "blockprofile": 0, "blockprofilerate": 0,
		"count": 0, "coverprofile": cover, "cpu": 0, "cpuprofile": 0, "failfast": boolean, "fullpath": boolean, "fuzz": 0,
		"fuzzminimizetime": 0, "fuzztime": 0, "list": 0, "memprofile": 0, "memprofilerate": 0, "mutexprofile": 0,
		"mutexprofilefraction": 0, "outputdir": 0, "parallel": 0, "run": 0, "short": boolean, "shuffle": 0, "skip": 0,
		"timeout": 0, "trace": 0,
	},
	"explain": {"test": boolean},
	"gen":     {"check": boolean},
	"vet": {
		"vettool": 0, "c": 0, "diff": boolean, "fix": boolean | plain, "h": boolean | plain, "help": boolean | plain,

		// The flags of the analysers are boolean, but for these.
		"printf.funcs": 0, "printfuncs": 0, "unusedfuncs": 0, "unusedresult.funcs": 0, "unusedresult.stringmethods": 0,
		"unusedstringmethods": 0,
	},
}

// lookup returns what a command does with a flag.
func lookup(command, name string) (use flagUse, ok bool) {
	if command == "test" {
		if short, found := strings.CutPrefix(name, "test."); found {
			if short == "v" {
				return boolean, true
			}
			use, ok = commandFlags["test"][short]
			return use, ok
		}
	}
	if use, ok = commandFlags[command][name]; ok {
		return use, true
	}
	if use, ok = buildFlags[name]; ok {
		return use, true
	}
	if use, ok = coverFlags[name]; ok && command != "vet" {
		return use, true
	}
	if command == "vet" {
		return boolean, true // of an analyser
	}
	return 0, false
}

// A parsedFlag is the flag at the beginning of a list of arguments.
type parsedFlag struct {
	use    flagUse
	name   string
	value  string
	tokens []string // as they were written
}

// The outcomes of parseFlag that are no flag.
type outcome uint8

const (
	isFlag     outcome = iota
	isArgument         // not a flag
	isEnd              // "--"
	isUnknown          // a flag that the command does not have
	isWrong            // a flag without its value
)

// parseFlag parses the first of some arguments as the go command does. There must be one.
func parseFlag(command string, args []string) (parsedFlag, outcome) {
	raw := args[0]
	if len(raw) < 2 || raw[0] != '-' {
		return parsedFlag{}, isArgument
	}
	if raw == "--" {
		return parsedFlag{}, isEnd
	}
	name, value, hasValue := strings.Cut(strings.TrimPrefix(raw[1:], "-"), "=")
	f := parsedFlag{name: name, value: value, tokens: args[:1]}
	var ok bool
	if f.use, ok = lookup(command, name); !ok {
		return f, isUnknown
	}
	switch {
	case hasValue:
	case f.use&boolean != 0:
		f.value = "true"
	case len(args) == 1:
		return f, isWrong
	default:
		f.value, f.tokens = args[1], args[:2]
	}
	return f, isFlag
}

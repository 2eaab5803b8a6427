// Package allow makes an analyzer of edo: it reports //edo:allow comments that are wrong.
package allow

const doc = `report //edo:allow comments that are wrong

A comment allows what an analyzer of edo would report, behind the code, on the line above it, or in the doc comment
of a function, all of which it allows. It names the analyzer, or several with commas between, and says why:

	time.Sleep(d) //edo:allow blocking               // wrong: no reason
	time.Sleep(d) //edo:allow blocking the disk spins up, and nothing else can run before
	time.Sleep(d) //edo:allow sleeping it is short   // wrong: there is no such analyzer

A comment that keeps back no report is an error too: the code behind it has changed, or the comment is at the
wrong place. When go vet looks at a package with its tests and without, the comment must be of use in that look.`

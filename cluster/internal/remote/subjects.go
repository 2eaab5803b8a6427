package remote

import "strconv"

// CallSubject is where calls of a version of a function go.
func CallSubject(name string, version int) string {
	return "edo.fn." + name + "." + strconv.Itoa(version)
}

// offersSubject is where members say which versions of a function they offer.
func offersSubject(name string) string { return "edo.offers." + name }

// memberSubject is where a member listens for what is for it alone.
func memberSubject(id string) string { return memberPrefix + id }

const memberPrefix = "edo.member."

// QueueName is the queue of a version of a function whose calls are stored.
func QueueName(name string, version int) string { return "fn-" + name + "-" + strconv.Itoa(version) }

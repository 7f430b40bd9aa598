// Package test holds the tests that no single package can hold: that the tree
// keeps its own rules (who may import whom, what a file looks like), and, in
// the folders below, that the whole system does what it promises.
package test

package lab_test

import (
	"testing"

	"github.com/sigap-dev/sigap/lab/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

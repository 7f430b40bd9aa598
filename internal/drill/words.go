package drill

// script is what the players say, in one language.
type script struct {
	failing, waiting              string // what a user tells support
	declare                       string
	nothing, dependency           string
	change, measure, log          string // hypotheses: a change, a metric of a service, a log line
	sameMoment, agree             string
	takeBack, takeBackEffect, low string
	restart, perhaps, comesBack   string
	why, task, result             string
	lucky, room                   string
	actions                       [3]string // code, monitoring, SOP
}

var scripts = map[string]script{
	"en": {
		failing: "Payment keeps failing, I tried three times.", waiting: "The checkout page just spins and spins.",
		declare: "Users cannot buy.", nothing: "nothing that stands out", dependency: "A dependency outside of our services is the cause",
		change: "The change of %s broke it: %s", measure: "%s of %s is the cause", log: "%s fails: %s",
		sameMoment: "It began at the same moment: ", agree: "Time, service and errors agree.",
		takeBack: "Restore the state before", takeBackEffect: "all of the impact", low: "low",
		restart: "Restart the service", perhaps: "perhaps for a while", comesBack: "it may come back",
		why: "It ends all of the impact and can be undone.", task: "Restore the state before", result: "Done, and the shop sells again.",
		lucky: "What broke it was easy to take back.", room: "Room Merapi",
		actions: [3]string{"Refuse at start what the smoke test shows to be broken", "An alert on the measure that moved first", "Restoring in one command, version 2"},
	},
	"id": {
		failing: "Pembayaran gagal terus, sudah coba tiga kali.", waiting: "Halaman checkout berputar terus, tidak selesai-selesai.",
		declare: "Pengguna tidak bisa membeli.", nothing: "tidak ada yang menonjol", dependency: "Penyebabnya layanan luar yang kita andalkan",
		change: "Perubahan di %s penyebabnya: %s", measure: "%s di %s penyebabnya", log: "%s gagal: %s",
		sameMoment: "Mulai pada saat yang sama: ", agree: "Waktu, layanan, dan error-nya cocok.",
		takeBack: "Kembalikan ke keadaan sebelumnya", takeBackEffect: "seluruh dampak", low: "rendah",
		restart: "Restart layanan", perhaps: "mungkin untuk sementara", comesBack: "bisa terulang",
		why: "Menghilangkan seluruh dampak dan dapat dibatalkan.", task: "Kembalikan ke keadaan sebelumnya", result: "Selesai, toko sudah berjualan lagi.",
		lucky: "Penyebabnya mudah dikembalikan.", room: "Ruang Merapi",
		actions: [3]string{"Tolak saat mulai apa yang gagal pada uji asap", "Alert pada ukuran yang pertama berubah", "Pemulihan dengan satu perintah, versi 2"},
	},
}

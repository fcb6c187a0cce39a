# 検知結果の記録は英語で封印され、変わらない。ここでは同じ文を日本語で述べる(src/record.rs)。英語版と同じキーを持つ。

## units
record-unit-destinations = 宛先
record-unit-records = レコード
record-unit-networks = ネットワーク
record-unit-addresses = アドレス
record-unit-lines = 回線
record-unit-packets = パケット
record-unit-rate = パケット/秒
record-unit-bytes = バイト
record-unit-seconds = 秒
record-unit-hosts = ホスト
record-unit-ports = ポート
record-unit-sessions = セッション
record-unit-hours = 時間
record-unit-peers = 通信相手
record-unit-flows = フロー
record-unit-returns = 回
record-unit-octets = (経路制御可能な 224 のうち)

## said by several detectors
record-about = 約 { $n }
record-some-of = { $n-all } 中 { $n }
record-after = { $span }後
record-before = { $span }前
record-share = 接触した { $n-all } 回線のうち { $n } 回線が容疑回線(偶然による期待値 { $n-expected })
record-standard-error = その標準誤差
record-no-payload = 接続での通信内容(ペイロードは見ていません)
record-device-made-contact = 回線の背後のどの機器が接触したか
record-device-meant = 回線の背後のどの機器が接触したか、また人が意図したものか
record-device-sent = 回線の背後のどの機器がパケットを送信したか
record-shared-address = 他の名前や利用者が同じアドレスを共用していないか
record-shared-other-side = 他の名前や利用者が相手のアドレスを共用していないか
record-evidence-wrong = 当該回線に対する証拠の誤りが判明すること
record-product-vendor-host = ベンダーまたはホストの運用者が、通常の製品のサービスであると示すこと
record-product-customer-vendor = 利用者またはベンダーが、通常の製品のサービスであると示すこと
record-no-names = フローレコードに名前は現れません
record-share-address-devices = 同じ回線の機器はアドレスを共用しています
record-research-tool = 研究者・管理者・資産管理ツールによる調査
record-look-alike-customer = パケットでは区別できません。利用者に確認してください
record-look-alike = パケットでは区別できません。確認してください
record-who-ordered = 誰が指令を出したか、また所有者が認識しているか
record-family-mirai-kept = Mirai とその亜種:約 1 分ごとに双方向で 2 バイトのペイロード
record-family-gafgyt-kept = Gafgyt とその亜種:問い合わせと応答に短いテキストのペイロード

## scans: observations
record-scan-destinations = 異なる宛先の総数
record-scan-destinations-estimated = 異なる宛先の総数(推定、標準誤差 6.5 %)
record-scan-openings = それらへの接続開始
record-scan-within = { $what }({ $n } 時間以内、個別に保持した宛先のうち)
record-scan-failed = 失敗
record-scan-outcome-unknown = 結果不明
record-scan-answered = 応答あり
record-scan-among-own = 自網の回線内
record-scan-networks = そのうち外部のネットワーク(IPv4 /16、IPv6 /32)
record-scan-by-port = ポート別の宛先数
record-scan-other-ports = 最初の接続開始以降の他ポートへの接続開始
record-scan-greatest-ratio = 最初の接触の対数尤度比の最大値
record-scan-bare = TCP オプションのない接続開始
record-hit-dark = { $n } 時間以内の異なるダークネットアドレス
record-hit-dark-worm = { $n } 時間以内にワームポートで接続を試みた異なるダークネットアドレス
record-hit-expected = 最も活発な無実の回線に予想されるダークネットアドレス数
record-hit-marks = シーケンス番号が宛先アドレスと一致する接続開始
record-hit-by-port = ワームポート別の宛先数
record-ports-hosts = 失敗ポートがこの数に達したホスト
record-ports-together = これらのホストの失敗ポートの合計
record-ports-most = 1 ホスト当たりの失敗ポートの最大数
record-ports-refused = 判定以降に拒否された接続開始
record-ports-unanswered = 判定以降に応答のなかった接続開始
record-ports-lowest = 最初のホストの最小のポート番号
record-logins-sessions = セッションの総数
record-logins-most = 1 つの時間枠内の最大セッション数
record-logins-sent = 送信サイズの平均
record-logins-back = 受信サイズの平均
record-logins-length = 平均の長さ
record-logins-spread = 送信サイズのばらつき
record-logins-at-once = 同時に開いているセッション
record-logins-spoke-first = サービス側が先に送信したセッションの割合

## scans: summaries
record-scan-summary = ワームポートを走査:宛先 { $of } のうち { $n } で失敗({ $as-ports })
record-scan-summary-sampled = ワームポートへ接続を開始:サンプリング 1/{ $n } で異なる宛先 { $of }({ $as-ports })
record-hit-summary = 異なるダークネットアドレス { $n } に接続を開始、うちワームポート { $n-worm }
record-ports-summary-one = 1 ホストの { $n } ポートを試行し、いずれも失敗
record-ports-summary = { $n-hosts } ホストでそれぞれ最大 { $n } ポートを試行し、いずれも失敗
record-logins-summary = ログインを多数試行:ポート { $n-port } の 1 サービスと短いセッション { $n } 件

## scans: other explanations
record-scan-peers = P2P プログラム
record-scan-nat = 多数の利用者がいる NAT
record-scan-peers-because = ワームポートへの接続開始 { $n }、他ポートへは { $n-other }。通信相手のポートに占める割合を { $n-share } とすると確率は e^{ $n-ln }
record-scan-backscatter = 第三者がこの回線を詐称して送ったパケットへの応答(バックスキャッター)
record-scan-only-openings = 数えたのは回線が送信した TCP の接続開始(ACK のない SYN)のみです
record-scan-outage = この回線が普段通信するネットワークの障害
record-scan-outage-sampled = サンプリングでは応答結果を確認できません
record-scan-outage-busiest = 最も活発な無実の回線でも、これほど多くの宛先には接続を開始しません
record-scan-outage-networks = 宛先は { $n } のネットワークにわたります
record-scan-outage-own = 宛先は自網の回線内にありますが、使用中の機器かどうかは確認できません
record-scan-own-tool = 自網の管理用ツール
record-scan-own-tool-inside = 一部の宛先は自網の回線です。外部宛てより管理者のツールである可能性が高くなります
record-scan-own-tool-foreign = 宛先はすべて外部です
record-scan-forged = この回線を詐称したパケット
record-scan-forged-named = エクスポーターがパケットの入力インターフェースを示しています。回線のものと照合してください
record-scan-forged-unnamed = エクスポーターはパケットの入力インターフェースを示していません。回線で送信元検証(BCP 38)を行っていなければ、他の回線による詐称もあり得ます
record-hit-mistake = 入力の誤り、または古い設定
record-hit-mistake-many = 異なるアドレス { $n }
record-hit-mistake-few = 現時点で { $n } アドレス
record-hit-peers = 通信相手の一覧が古い P2P プログラム
record-hit-peers-many = ダークネットアドレスの期待値 { $n }、観測 { $n-seen }
record-hit-peers-few = アドレスが少なく判断できません
record-ports-shared = 共用アドレス(キャリアグレード NAT)の背後にいる、同じプログラムの多数の通信相手
record-ports-shared-many = 1 ホストの { $n } ポート
record-ports-shared-unknown = アドレスが共用かどうかは不明です
record-ports-forged = この送信元を詐称したパケット
record-ports-forged-own = 回線で送信元検証(BCP 38)を行っていなければ、他の回線による詐称もあり得ます
record-ports-forged-foreign = ここからは送信者を確認できません
record-ports-free = サーバーの空きポートを探すプログラム
record-ports-free-few = そのようなプログラムが試すのは数ポートです
record-ports-backscatter = 第三者がこの送信元を詐称して送ったパケットへの応答(バックスキャッター)
record-ports-only-openings = 数えたのは接続開始と拒否されたもののみです
record-logins-copying = ファイルのコピー
record-logins-copying-because = 1 セッション当たり送信 { $n } バイト、受信 { $n-back } バイト、ばらつき { $n-spread }
record-logins-monitor = 定期的に確認する監視プログラム
record-logins-monitor-because = 同時に { $n } セッションが開いています
record-logins-script = 所有者のスクリプトによる鍵での反復ログイン
record-logins-script-because = ペイロードなしでは成否を区別できません。サービスのログで判断してください

## scans: what refutes, what is not shown, families
record-scan-refuted-survey = これらのポートを調べた調査・資産管理・研究用ツールを、利用者または管理者が示すこと
record-scan-refuted-own = 宛先が、到達できなくなっていた利用者自身の機器であると判明すること
record-scan-refuted-exporters = 回線の経路上の他のエクスポーターがこれらのパケットを観測していないこと
record-scan-not-broken = 宛先が侵入されたこと(ペイロードは見ていません)
record-hit-refuted-used = ダークネットとしたアドレスが使用中または過去に使用され、あるいは名前がまだ指していること
record-hit-refuted-exporter = パケットがこの回線から出ていないこと(回線のエクスポーターに記録がない)
record-hit-refuted-tool = これらのアドレスを調べたツールを、利用者または管理者が示すこと
record-hit-not-else = この回線が他に何を調べたか(ダークネットで見えるのはその一部です)
record-ports-refuted-asked = 走査されたホストの所有者が依頼したこと(セキュリティ診断、資産管理)
record-ports-refuted-program = 1 ホストのこれほど多くのポートを自ら試すプログラムが示されること
record-ports-not-broken = サービスが侵入されたこと(ペイロードは見ていません)
record-logins-refuted-log = サービスのログで、ログインの成功が示されること
record-logins-refuted-owner = 双方の所有者が、セッションを開いたスクリプトまたは監視プログラムを示すこと
record-logins-not-tried = 試行された名前とパスワード、またその中に正しいものがあったか(ペイロードは見ていません)
record-logins-not-device = 回線の背後のどの機器がセッションを開いたか
record-family-mirai-marks = Mirai:シーケンス番号が宛先アドレスと一致する接続開始 { $n }(偶然の確率はそれぞれ 2^-32)
record-family-mirai-raw = Mirai とその亜種:自作パケットによる接続開始、ポート 23 の宛先 { $n }、2323 の宛先 { $n-second }
record-family-reaper = IoTroop/Reaper:バイト順を入れ替えたポート { $n } を試行、うち両順 { $n-both }

## scans: tests
record-scan-test-failed = ワームポートで失敗した宛先数 P(N>={ $n })
record-scan-test-sampled = ワームポートの宛先数 P(N>={ $n })
record-scan-test-ratio = 最初の接触の対数尤度比
record-scan-null = { $who }がワームポートで接続を開始する宛先は { $n-hours } 時間に平均 { $n }、{ $law }
record-scan-null-busiest = 最も活発な無実の回線(宛先はすべて一つのネットワークにあり、一度の障害で説明できる場合がある)
record-scan-null-innocent = 無実の回線
record-scan-null-negative = 負の二項分布(散らばり { $n })による
record-scan-null-poisson = ポアソン分布による
record-scan-null-ratio = 無実の回線では最初の接触の { $n }、走査元では { $n-scanner } が失敗する。和は 0 から始め直し、上限は開始ごとに成り立つ
record-scan-null-sampled = 最も活発な無実の回線がワームポートで接続を開始する宛先は { $n-hours } 時間に { $n }、うち 1/{ $n-sampling } が見える:{ $n-seen }、{ $law }
record-hit-test-marks = 特徴のある接続開始の期待値(観測 { $n })
record-hit-test-worm = ワームポートでのダークネットアドレス数 P(N>={ $n })
record-hit-test = ダークネットアドレス数 P(N>={ $n })
record-hit-null-marks = 接続開始のシーケンス番号が宛先アドレスと一致するのは 2^32 回に 1 回
record-hit-null-worm = 最も活発な無実の回線がワームポートで接続を開始する宛先は { $n-hours } 時間に { $n }。無作為ならそのうちダークネットは { $n-dark }
record-hit-null = 最も活発な無実の回線が接続を開始する未知のアドレスは { $n-hours } 時間に { $n }。無作為ならそのうちダークネットは { $n-dark }
record-hit-null-rfc = RFC 9293 3.4.1 節:初期シーケンス番号は予測できない
record-ports-test = 1 ホストの失敗ポート数 P(N>={ $n })
record-ports-null = ホストのいくつかのポートで失敗した無実の回線が、さらに 1 ポートで失敗する確率は { $n }(幾何分布)
record-logins-test = { $n-seconds } 秒間のログインセッション数 P(N>={ $n })
record-logins-null = 無実の回線がこの種の 1 サービスと始めるセッションは { $n-seconds } 秒間に平均 { $n }、負の二項分布(散らばり { $n-dispersion })による

## contacts: observations
record-contact-sessions = セッション数(少なくとも)
record-contact-answered = 応答のあるレコード
record-contact-packets-sent = 送信パケット数(サンプリング補正後)
record-contact-bytes-sent = 送信バイト数(サンプリング補正後)
record-contact-bytes-back = 受信バイト数(サンプリング補正後)
record-contact-hours = 一日のうち接触のあった時間帯
record-contact-interval = 直近のセッション間隔の中央値
record-contact-interval-spread = そのばらつき(四分位範囲と中央値の比)
record-returning-returns = 再訪回数(少なくとも)
record-returning-lines = これを利用する記憶中の回線
record-session-began = セッションの開始(最初の証拠を基準)
record-session-ended = セッションの最終観測(最初の証拠を基準)
record-session-size-sent = 送信パケットの平均サイズ
record-session-size-back = 受信パケットの平均サイズ
record-session-rivals = 同様に当てはまる他のセッション
record-session-others = このエンドポイントとセッションを持つ他の容疑回線
record-session-downloads = 同じホストからのダウンロード
record-session-seen = 観測あり
record-download-first = 最初のダウンロード(最初の証拠を基準)
record-download-ratio = 送信 1 バイト当たりの受信バイト数
record-match-weight = 情報の重み(最大 1)
record-match-packets = パケット数(サンプリング補正後)
record-match-bytes = バイト数(サンプリング補正後)
record-match-lines = このエンドポイントについて報告した回線
record-match-statement = 情報
record-match-said = `{ $as-label }`({ $as-source } による、{ $as-at })
record-match-said-undated = `{ $as-label }`({ $as-source } による、日付なし)
record-bots-suspects = 抽出した通信相手のうちの容疑回線
record-bots-own = そのうち自網の回線
record-bots-elsewhere = そのうち自網を走査する外部ホスト
record-bots-mutual = 互いに通信相手である自網の回線
record-bots-sampled = 抽出した通信相手
record-bots-all = 通信相手の総数(少なくとも)
record-bots-expected = 偶然による容疑回線の期待値
record-bots-chance-own = 自網の通信相手が容疑回線である確率
record-bots-chance-elsewhere = 外部の通信相手が容疑対象である確率
record-bots-control = 疑いのない回線の通信相手に占める容疑対象

## contacts: summaries
record-returning-summary = 1 つのサービスに { $n } 回再訪({ $how })
record-returning-unusual = 通常使われないポート
record-returning-regular = 規則的な間隔
record-returning-each = { $how }、{ $span }ごと
record-returning-never = { $how }、応答なし
record-session-summary = 回線が不正な動作を始めた時点({ $as-rule })で保持していたセッション:開始は最初の証拠の{ $began }、最終観測は{ $ended }
record-download-summary = { $reason }のダウンロード { $n } 件、最初のものは最初の証拠の{ $began }
record-download-same = 回線が不正な動作を始めた時点で保持していたセッションのホストから
record-download-before = 回線が不正な動作を始める直前
record-match-summary = { $as-sources } が警告する対象:{ $way }、情報の重みは { $n }(最大 1)
record-match-let-in = 回線が接続を受け入れた
record-match-tried = 回線が接続を試みたが応答なし
record-match-contacted = 回線が通信した
record-bots-summary = 他の容疑回線と対等に通信する容疑回線:抽出した通信相手 { $n-all } のうち { $n }(偶然による期待値 { $n-expected })。遮断すべきサーバーのない機器群の一つ

## contacts: other explanations
record-returning-healthy = 定期的に通信する正常な機器またはプログラム
record-returning-healthy-because = 最も規則的に通信するのは正常な機器です。規則性では区別できません
record-returning-chosen = 利用者が選んだサービス(ゲーム、カメラ、監視)
record-returning-chosen-because = フローレコードではサービスの内容は分かりません
record-session-chance = 偶然開いていた通常のセッション
record-session-chance-marked = フローメーターがボットネットのキープアライブを観測しましたが、他でも使われ得ます
record-session-chance-rivals = この回線の他の { $n } セッションも同様に当てはまります
record-session-device = 同じ回線の背後の別の機器によるもの
record-session-found = 走査で開いていると分かったホスト
record-session-found-because = 最初の証拠より前に、この回線はそのホストと通信していました
record-download-software = 誰かが取得したソフトウェア・更新・ページ
record-download-software-same = 同じホストがセッションも保持しており、提供者は同一です。ベンダーでもあり得ます
record-download-software-time = 否定する材料は時刻のみです
record-download-device = 同じ回線の背後の別の機器が取得したもの
record-match-wrong = リストの誤り・陳腐化、または同じアドレスの別の利用者に関する情報
record-match-wrong-because = リストには誤りが多く、一致だけでは参考情報にとどまります
record-match-shared = 同じ共用アドレスにある通常のサービス
record-bots-sharing = 感染とは別の P2P ファイル共有
record-bots-sharing-because = 通信相手 { $n } のうち、偶然なら { $n-expected }、実際は { $n-are } が容疑対象
record-bots-found = この回線自身の走査で開いていると分かったホスト
record-bots-found-because = ワームが探すポートは除外しています
record-bots-crowd = 走査元と同じ NAT の背後にいる通信相手
record-bots-crowd-measured = 他の回線の通信相手も同様ですが、{ $n } のうち容疑対象は { $n-suspects } のみです
record-bots-crowd-few = 他の回線の通信相手が少なく、その頻度を測れません

## contacts: what refutes, what is not shown, families
record-session-refuted-clean = 疑いのない回線も、同じ頻度でこのサービスとそのようなセッションを持つこと
record-session-not-order = 指令が出されたこと(分かるのは、行為の開始時にセッションがあったことのみです)
record-download-refuted-file = サービスの配布物が通常の製品のファイルであること
record-match-refuted-back = リストの発行者が情報を撤回すること、または情報がアドレスの現在の所有者より古いこと
record-match-refuted-shared = エンドポイントが通常のサービスと共用であると判明すること
record-match-not-true = 情報が過去または現在において正しいこと
record-bots-refuted-ordinary = 通信相手が、走査元と共用のアドレスの背後にいる通常の相手であると判明すること
record-bots-refuted-clean = 疑いのない回線の通信相手にも、同じ割合で容疑対象がいること
record-bots-refuted-wrong = 当該回線またはその通信相手に対する証拠の誤りが判明すること
record-bots-not-exchanged = 通信の内容(ペイロードは見ていません)
record-bots-not-device = 回線の背後のどの機器が加わっているか
record-bots-not-server = サーバー(遮断すべきものはなく、駆除すべき機器があるのみです)
record-bots-not-single = 外部の個々の通信相手が感染していること(走査の送信元は偽装できます)
record-family-table = Hajime・Mozi とその亜種:BitTorrent の DHT に参加

## contacts: tests
record-bots-test = これほど多くの通信相手が容疑対象となる確率
record-bots-null = 容疑回線も他の回線と同様に通信相手を選ぶ:独立試行、自網の相手ごとに { $n }、外部の相手ごとに { $n-elsewhere }。{ $n-all } 中 P(N>={ $n-count }) = e^{ $n-ln }
record-bots-null-origin = 定めた割合({ $origin })、他の回線の通信相手 { $n } での 95 % 上限、稼働回線に占める容疑回線の割合のうち最大のもの

## command servers: observations
record-command-suspects = 抽出した接触回線のうちの容疑回線
record-command-sampled = 抽出した接触回線
record-command-expected-within = 偶然による容疑回線の期待値(機器の種類ごと)
record-command-expected-all = 偶然による容疑回線の期待値(全回線)
record-command-contacts = 接触回線の総数(少なくとも)
record-command-active = 稼働回線(少なくとも)
record-command-all-suspects = 容疑回線の総数
record-command-share = 容疑回線の割合の下限
record-command-clean = 稼働回線に占める正常な接触回線の割合
record-command-class = 機器の種類 { $name }
record-command-class-mixed = 混在(5 種類以上)
record-command-class-unknown = 不明
record-command-class-count = 接触 { $n-all } 中 容疑 { $n }、回線 { $n-lines } 中 { $n-suspects }
record-command-by-rule = 規則 { $as-rule } による容疑の抽出接触回線
record-command-related = 容疑の前後 { $n } 時間以内に初めて接触した容疑回線
record-command-after = 感染後に初めて接触した容疑回線
record-command-after-expected = 接触が感染と無関係な場合のその期待値
record-command-time = 最初から最後の接触までの時間
record-command-bytes-to = 宛ての送信バイト数(サンプリング補正後)
record-command-size = 送信パケットの平均サイズ
record-command-rate = 1 回線当たりの送信パケット
record-command-dated = 日付のある侵害指標

## command servers: summaries
record-command-confirmed = 互いに独立した 2 種類の証拠による指令サーバー:{ $share }、および日付のある侵害指標
record-command-possible = 指令サーバーの疑い:{ $share }
record-command-target = 指令サーバーではなく、容疑回線の攻撃対象:{ $share }
record-command-files = 容疑回線にファイルを配布:{ $share }
record-command-protected = 容疑回線に共通の通信先だが、保護対象({ $source })
record-command-common = 容疑回線に共通の通信先だが、正常な回線も多数利用:{ $share }
record-command-cloud = 容疑回線に共通の通信先。特定機種のクラウドの可能性:{ $share }
record-command-no-longer = 指令サーバーの疑いは解消:{ $share }
record-known-resolver = 公開リゾルバー:{ $as-name }
record-known-clock = 公開 NTP サーバー:{ $as-name }
record-known-content = コンテンツ配信網:{ $as-name }
record-known-updates = 更新・サービス:{ $as-name }
record-known-roots = ルートネームサーバー

## command servers: other explanations
record-command-classed = 抽出した接触回線 { $n-all } のうち { $n } は機器の種類が判明しています
record-command-a-cloud = 脆弱な特定機種のクラウド
record-command-a-cloud-open = 機器の種類は不明で、時刻または他サービスとの接触はクラウドを示唆しています
record-command-a-cloud-onset = 容疑回線 { $n-all } のうち { $n } は感染後に初めて接触(クラウドなら期待値 { $n-expected })。{ $classed }
record-command-a-cloud-compared = 機器の種類ごとに比較しました。{ $classed }
record-command-a-cloud-no-other = { $classed }。この接触を説明する他のサービスはありません
record-command-a-target = 容疑回線による攻撃の対象
record-command-a-target-open = 送信が多く、受信はわずかです
record-command-a-target-ratio = 送信 1 バイト当たり受信 { $n } バイト、1 回線毎秒 { $n-rate } パケットです
record-command-a-target-blind = 戻りの通信はここではエクスポートされず、否定する材料は流量の少なさのみです
record-command-everybody = 誰もが使うサービス
record-command-everybody-listed = { $source }として登録されています
record-command-everybody-open = 稼働回線のうち容疑のない { $n } が利用しています
record-command-everybody-no = 登録されておらず(登録数 { $n })、容疑がなく利用しているのは稼働回線の { $n-share } です
record-command-hosting = 同じ共用アドレスにある別のサービス
record-command-hosting-because = フローレコードに名前は現れません。遮断の前に影響範囲を測る必要があります
record-command-sinkhole = 感染機器が接続するシンクホールまたは研究者のサーバー
record-command-sinkhole-because = シンクホールの一覧で確認してください
record-command-peer = サーバーを持たないネットワークの一員
record-command-peer-because = 容疑回線の半数は、クライアントポートの UDP サービスとの接触が多くて { $n } です

## command servers: what refutes, what is not shown, test
record-command-refuted-clean = 同じ種類の機器を持つ正常な回線も、同じ頻度でこのサービスに接触すること
record-command-refuted-given = 回線に対する容疑の誤りが判明すること(容疑は前提として数えています)
record-command-not-single = 一覧の個々のサービスが指令サーバーであること(上限は一覧全体に対するものです)
record-command-test = このサービスまでの一覧に占める誤りの割合の期待値
record-command-null = 機器の種類の組ごとに接触を無作為抽出(超幾何分布の畳み込み):P(X>={ $n }) = e^{ $n-ln }。最初の接触が感染と無関係な場合:P(N>={ $n-after }) = e^{ $n-after-ln }。両者をフィッシャーの方法で統合したもの、または後者と種類を分けない前者(e^{ $n-blind })の大きい方。両者の小さい方の 2 倍:e^{ $n-both }。容疑回線が { $n-least } に達し得た { $n-services } サービスの一つ
record-command-null-origin = 同じレコードから計数(稼働回線、容疑回線、接触)

## floods: observations
record-flood-made-of = 内容
record-flood-openings = TCP の接続開始(SYN)
record-flood-unacknowledged = 確認応答のない TCP パケット
record-flood-datagrams = UDP データグラム
record-flood-control = ICMP メッセージ
record-flood-other = その他のプロトコルのパケット(GRE など)
record-flood-replies = 増幅された応答
record-flood-answers = TCP の応答
record-flood-streams = 接続開始のない TCP パケット
record-flood-rate = 最も多い 10 秒間のレート
record-flood-rate-error = その誤差(95 %、抽出パケット数による、±)
record-flood-window = その時間枠で抽出したパケット
record-flood-packets = パケット数(サンプリング補正後)
record-flood-bytes = バイト数(サンプリング補正後)
record-flood-back = 戻りのパケット(抽出数)
record-flood-to-nothing = 成立しなかった接続開始(抽出数)
record-flood-own-lines = 1 つの時間枠内に送信した自網の回線(少なくとも)
record-flood-time = 最初から最後のパケットまでの時間
record-flood-source-ports = 送信元ポート
record-flood-ports = 宛先ポート
record-flood-many-ports = 多数(1 % を超えるものなし)
record-flood-flags = レコードの TCP フラグ
record-flood-manner = 手法
record-flood-reflection = リフレクション
record-flood-spoofed = 直接(送信元を偽装)
record-flood-direct = 直接
record-flood-sources = 送信元
record-flood-size = パケットの平均サイズ
record-flood-of-source = 送信元当たりのパケット
record-flood-octets = 送信元の第 1 オクテットの種類
record-flood-unroutable = 経路のないアドレスからのパケット
record-flood-fragments = そのうち先頭以外のフラグメント(ポートなし)
record-flood-addresses = 攻撃を受けたアドレス
record-flood-part = 最も多く受けた部分の割合
record-flood-everything = 監視中に届いた、要求していない全種類のパケット(抽出数)
record-flood-everybody = その送信元
record-flood-meanwhile = その間に対象が送信したパケット(接続開始への応答と拒否を除く)
record-flood-only-answers = 接続開始への応答または拒否のみの、対象のパケット
record-scatter-addresses = 応答を受けた自網またはダークネットのアドレス
record-scatter-quiet = そのうち無通信またはダークネット
record-scatter-first = 最初のパケットが応答であるレコード
record-scatter-packets = アドレス当たりのパケット
record-radiation-flows = 要求していない受信フロー
record-radiation-sources = 異なる送信元
record-radiation-telnet-sources = Telnet(23、2323)の異なる送信元
record-radiation-telnet-flows = Telnet(23、2323)のフロー
record-radiation-unanswered = 応答なし
record-radiation-refused = 拒否
record-radiation-exchange = 通信が成立

## floods: summaries
record-flood-by-servers = TCP サーバーによるリフレクション
record-flood-by = { $as-services } によるリフレクション
record-flood-forged = 送信元を偽装した{ $what }によるフラッド
record-flood-of = { $what }によるフラッド
record-flood-with-fragments = { $what }(フラグメントを含む)
record-flood-summary = { $what }:{ $span }に送信元 { $n-sources } から { $n } パケット
record-flood-over = { $what }({ $n } アドレスにわたる)
record-outbound-joint = { $n } の容疑回線が同時に送る{ $what }によるフラッド:合計 { $n-rate } パケット/秒(±{ $n-error } %)
record-outbound-open = この回線の公開サービスが 1 アドレスへ { $n } パケット/秒(±{ $n-error } %)で応答:リフレクション攻撃に悪用されている可能性が高い
record-outbound-summary = 1 サービスへ{ $what }によるフラッド:{ $n } パケット/秒(±{ $n-error } %)
record-scatter-summary = 送信元を偽装したフラッドの被害者:要求していない自網またはダークネットの { $n } アドレスに応答、{ $span }に { $n-packets } パケット
record-radiation-summary = { $span }に送信元 { $n-sources } から要求していないフロー { $n }、うち Telnet の送信元 { $n-telnet }

## floods: other explanations
record-flood-asked = 対象自身の問い合わせへの応答
record-flood-asked-seen = その間に対象から観測されたのは、該当ポート宛て { $n } パケットと TCP レコード { $n-records } です
record-flood-asked-unseen = 自網の回線の送信はまったく観測されていません。応答が少数のポートに向かうか、確認応答なしに繰り返されており、形はこの説明に反します
record-flood-by-themselves = 応答しているサービス自身による攻撃
record-flood-by-themselves-because = その所在地で通信を確認する必要があります。通常の原因は詐称された問い合わせです
record-flood-clients = 多数の真のクライアントの同時接続
record-flood-clients-because = 送信元当たり平均 { $n } パケット。クライアントなら応答がなければ再送します
record-flood-down = 停止中のサービスへのクライアントの再試行
record-flood-owner-knows = 稼働していたかどうかは対象の所有者に確認できます
record-flood-popular = アクセスの集中、または停止中のサービスへのクライアントの再試行
record-flood-speed = 速度測定・ストリーミング・トンネル
record-flood-speed-because = 送信元は { $n }、返送は { $n-back } パケットです
record-flood-scan = 対象への走査
record-flood-scan-because = 検定した時間内に { $n } パケット。走査ならポート当たり 1〜2 パケットです
record-outbound-upload = アップロード・バックアップ・通話
record-outbound-upload-blind = 戻りの通信はここではエクスポートされません
record-outbound-upload-openings = 接続開始はデータを運びません
record-outbound-upload-back = 送信 { $n-sent } パケットに対し、戻りは { $n } パケットです(抽出数)
record-outbound-stream = 確認応答のないストリーミングまたは速度測定
record-outbound-stream-because = 回線の所有者に確認できます。毎秒 1,000 パケットを超えることはまれです
record-outbound-flooded = 自らが攻撃を受けている回線の応答
record-outbound-flooded-because = SYN-ACK・RST・拒否は数えていません
record-outbound-forged = 自網の別の場所からの、自網アドレスの詐称
record-outbound-forged-because = 回線での送信元アドレス検証(BCP 38)により判断できます
record-scatter-scan = 外部ホストによる走査
record-scatter-scan-because = 送信されているのは SYN-ACK・RST・エラーのみで、接続を開始するものではありません
record-scatter-late = 実際の接続への遅れた応答
record-scatter-late-because = 数えたアドレスは、直前の 15 分間に応答を受けるような送信をしていないか、ダークネットです
record-scatter-outbound = 送信側がエクスポートされない経路を通る接続
record-scatter-outbound-because = 自網の経路情報で確認できます
record-scatter-forged = 応答自体の詐称
record-scatter-forged-because = 外部ホストの事業者が送信内容を確認できます
record-radiation-visitors = このアドレスのサービスの利用者
record-radiation-visitors-because = フロー { $n-all } のうち通信が成立したのは { $n } です
record-radiation-closed = フローの終了後に届いた応答
record-radiation-closed-because = アドレス自身の接続の遅れたパケットは、独立したフローに見えます

## floods: what refutes, what is not shown
record-flood-refuted-asked = 対象の所有者がこの通信を要求していること
record-flood-refuted-rate = エクスポーターのサンプリングレートに誤りがあり、正しいレートでは下限を下回ること
record-flood-refuted-path = 対象の問い合わせが、エクスポートされない経路で送られていること
record-flood-not-forger = 誰が問い合わせを詐称したか(送信元は公開サービスです。所有者に連絡し、遮断しないでください)
record-flood-not-sender = 誰が送信しているか(送信元は偽装されており、誰のものでもありません。容疑・連絡・遮断の対象にしないでください)
record-flood-not-hijacked = 送信元が乗っ取られた機器であること(個々のパケットの送信元は偽装され得ます)
record-flood-not-harm = 対象に被害があるか(エクスポーターに届いたもののみを数えています)
record-flood-not-attack = そもそも攻撃であること(送信元は少数です)
record-outbound-refuted-asked = 宛先の所有者がこの通信を要求していること
record-outbound-refuted-path = 戻りの通信が、エクスポートされない経路を通ること
record-outbound-not-device = 回線の背後のどの機器が送信しているか
record-outbound-not-said = パケットの内容(ペイロードは見ていません)
record-outbound-not-harm = 宛先に被害があったこと
record-outbound-not-knowing = すべての容疑回線が、意図して、または指令により加わっていること
record-scatter-refuted-provider = 外部ホストの事業者が、その時刻にフラッドを観測していないこと
record-scatter-refuted-quiet = 無通信としたアドレスが、実際にはそのホストへ接続を開始していたこと
record-scatter-not-who = 誰が被害者を攻撃しているか(攻撃の送信元は自網のアドレスも含め偽装されています)
record-scatter-not-size = フラッドの規模(見えるのは、偽装された送信元のうち自網のアドレスに当たる分のみです)
record-scatter-not-own = 自網のアドレスが加わっていること(応答を受けたアドレスは関与していません)
record-radiation-refuted = アドレスの所有者がこれらのフローを要求していること
record-radiation-not-infected = アドレスが感染していること(受信のみです)
record-radiation-not-hijacked = 送信元が乗っ取られていること(研究目的や偽装された送信元も含まれます)

## floods: tests
record-flood-null = { $law }、平均 { $n }({ $unit })
record-flood-null-negative = 負の二項分布(散らばり { $n })
record-flood-null-poisson = ポアソン分布
record-flood-null-window = 10 秒間のパケット
record-flood-null-quarter = 15 分間の要求していない応答
record-flood-null-learned = 対象がそれ以前の 10 秒間 { $n } 枠に受信した量。少なくとも、公開された 2 アドレスで測定した背景放射
record-flood-null-radiation = 公開された 2 アドレスで各 1 日測定した背景放射
record-outbound-null = 負の二項分布(散らばり { $n })、1 宛先への一方向の抽出パケットは 10 秒間に平均 { $n-mean }。加えて、時間枠内の推定パケット数が { $n-floor } 以上
record-outbound-null-origin = { $who }がそれ以前に一方向に送信した量と、既定値の大きい方:{ $origin }
record-outbound-null-lines = 同数の回線
record-outbound-null-line = 当該回線
record-scatter-null = ポアソン分布、1 つの外部サービスが 1 日に要求なしに応答する無通信アドレスは平均 { $n }

## where the shipped figures come from
record-origin-innocent = 実測:正常な機器 50.16 台日で 0 件(95 % 上限)
record-origin-busiest = 設定:管理者と研究者を考慮し、測定した上限の 100 倍
record-origin-failures = Jung ほか 2004 年:正常なホストの最初の接触は少なくとも 80 % が成功
record-origin-blind = 設定:活発な P2P プログラムを想定(実測例では 9 分間に 130 の相手へ接続を開始)
record-origin-port = 実測:P2P プログラムが失敗した 75 ホストのうち、2 つ目のポートでも失敗したのは 1(95 % 上限 0.06)。その 4 倍を採用
record-origin-logins = 実測:正規の SSH セッション 20,000 件のうち、10 分以内に同じアドレスから 2 件目があったものはなし。その 2 倍を採用
record-origin-outbound = 設定:失われた、または応答不要の名前解決・時刻・状態通知のデータグラムを考慮。1 宛先への集中は 10 秒間に 10 未満
record-origin-scatter = 実測:公開された 2 アドレスの両方に、1 日に要求なしに応答した外部サービスはなし。切り上げ
record-origin-scanning = 設定:ブロードバンド回線約 1e9 に対する Mirai の最大数 600,000 の 16 倍

/**
 * Favourites of published lists of leaked passwords, in lower case and with letters for the digits that stand for them. Short ones are here because
 * they come filled up with digits, with signs, or twice.
 */
export const commonPasswords = `
password passwort passw0rd passwd pass passcode passphrase motdepasse contrasena contraseña senha haslo heslo wachtwoord parola salasana
passwordpassword mypassword thepassword yourpassword newpassword oldpassword changeme changemenow changeit pleasechangeme changethis
changethispassword letmein letmeinnow letmeinplease openup opensesame sesame default secret topsecret supersecret verysecret secretpassword
secret123 mysecret mysecretpassword thisisapassword thisismypassword thisissecret thisisasecret iforgot iforgotmypassword forgotpassword
nopassword nopass none nothing whatever anything something password1 password12 password123 password1234 password12345 password123456
pass1234 pass12345 pass123456 admin administrator admin123 adminadmin rootroot root toor guest user username userpassword test testing
testtest testpassword testaccount tester demo demodemo demopassword sample example temp temppassword temporary temporarypassword
welcome welcomehome welcometo welcomeback hello hellohello helloworld hellokitty hellothere hallo hallohallo bonjour goodbye
qwerty qwertyuiop qwertyqwerty qwertyui qwert qwertz qwertzuiop azerty azertyuiop asdf asdfgh asdfghjkl asdfasdf zxcv zxcvbn zxcvbnm
zxcvbnmasdfghjkl qweasd qweasdzxc qazwsx qazwsxedc qazwsxedcrfv wsxedc edcrfv rfvtgb zaqwsx zaqxsw xswzaq iqazzwsx iqazxswz iqazxsw2 1qaz2wsx 1qazxsw2
1q2w3e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qwer1234 1234qwer asdf1234 1234asdf zxcv1234 qwerty123 qwe123 asd123
abc123 abcd1234 abcd123 a1b2c3 a1b2c3d4 a1b2c3d4e5 a1b2c3d4e5f6 aa123456 abc12345 abc123456 abc1234567 abc12345678 abc123456789 123abc 1234abcd 123456abc
123456abcdef 12345abcde abcde12345 abcdef123456 123456a 123456789a a123456 a123456789 a1234567890 123qwe 123qweasd 123qweasdzxc qwe123qwe123 123123 123321
112233 11223344 1122334455 112233445566 121212 123654 123654789 147258 147258369 147852 159357 159753 159357456 258456 321654 321654987 456789 555666
741852 741852963 789456 789456123 789456123 852456 963852741 987654321 0987654321 1029384756 102030 10203040 101010 131313 1313131313 147147 696969 420420
246810 2468101214 13579 135792468 1357924680 314159265 31415926535 3141592653589 271828182845 112358132134 1123581321
iloveyou iloveyouso iloveyousomuch iloveyouforever iloveyoubaby iloveyoutoo iloveu iloveme ilovegod ilovejesus ilovemyself ilovemymom ilovemyfamily
ilovemydog ilovemycat ilovemusic ilovefootball iloveher ilovehim loveyou loveme lovely love lovelove lover loveforever trustnoone trustno1 iamthebest
ihateyou ihatethis youandme foreverandever forever together bestfriend bestfriends mylove myspace mybaby babygirl babyboy baby sweetheart sweetie
honey sugar angel princess prince queen king kingkong godisgood godislove jesus jesuschrist jesusislord christ blessed faith heaven amen hallelujah
sunshine moonlight rainbow flower butterfly summer winter spring autumn summertime wintertime springtime january february march april june july august
september october november december monday tuesday wednesday thursday friday saturday sunday
football footballfan baseball basketball volleyball softball hockey soccer tennis golf swimming running liverpool liverpoolfc youllneverwalkalone
manchester manchesterunited manunited chelsea chelseafc arsenal arsenalfc barcelona realmadrid juventus bayern bayernmuenchen borussia schalke
galatasaray fenerbahce besiktas benfica flamengo corinthians palmeiras steelers cowboys yankees lakers eagles patriots packers redsox broncos
superman supermanbatman batman spiderman ironman captainamerica wonderwoman starwars startrek pokemon pikachu naruto dragonball dragonballz
minecraft fortnite callofduty worldofwarcraft warcraft counterstrike leagueoflegends assassinscreed grandtheftauto playstation nintendo mario
supermario zelda finalfantasy harrypotter hogwarts gryffindor voldemort lordoftherings gandalf frodo matrix terminator godfather rockandroll rockstar
metallica nirvana slipknot greenday linkinpark blink182 eminem beatles michaeljackson mickeymouse donaldduck winniethepooh spongebob scoobydoo garfield
snoopy hellokitty tinkerbell cinderella barbie disney disneyland dragon dragonfly monkey tiger lion panther jaguar shadow master mastermaster hunter
killer ninja samurai warrior wizard phoenix falcon eagle wolf wolfpack bear panda dolphin turtle kitten kitty cat dog doggy puppy horse chicken banana
bananas apple orange cherry strawberry pineapple chocolate cookie cookies cheese cheesecake icecream coffee pepper peanut potato pumpkin pizza whiskey
vodka beer computer internet laptop samsung iphone android google googlegoogle facebook twitter instagram youtube linkedin microsoft windows linux
ubuntu oracle cisco server network wireless database security access accessdenied login logmein signin master123 system manager supervisor superuser
company office business money moneymoney dollar diamond silver golden gold platinum ferrari porsche mercedes mustang corvette camaro harley harleydavidson
yamaha kawasaki toyota honda america california newyork newyorkcity texas florida london london2012 england scotland ireland france paris germany
deutschland berlin hamburg muenchen espana madrid italia roma brasil india pakistan mexico canada australia russia moscow ukraine poland polska
michael michelle jennifer jessica ashley amanda andrew anthony daniel david joshua matthew christopher robert william thomas charlie george jordan
alexander alexandra alexandre nicholas nicole stephanie victoria elizabeth samantha patrick benjamin jonathan brandon justin justinbieber taylorswift
onedirection maggie buster bailey ginger tigger charlie123 michael1 daniel123 jordan23
correcthorsebatterystaple horsebatterystaple thequickbrownfox thequickbrownfoxjumps tobeornottobe maytheforcebewithyou onceuponatime
abrakadabra abracadabra hocuspocus openthedoor knockknock whoareyou whoami nobodyknows dontforget dontforgetme rememberme remember goodluck
goodmorning goodnight happybirthday happynewyear merrychristmas christmas halloween fuckyou fuckoff fuckme fuckyoubitch asshole bitch bullshit motherfucker
sexy sexsex pussy trustme freedom liberty peace peaceandlove victory success winner champion number1 numberone alwaysandforever carpediem hakunamatata
letsgo lakers24 gameover gamer player poweroflove powerful power thunder lightning storm hurricane tornado galaxy universe infinity eternity destiny
parley parleychat chat chatchat
`;

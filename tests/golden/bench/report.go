goos: linux
cpu: 
BenchmarkHello-2	1	20000000 ns/op	15000000 cpu-ns/op	9000000 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21962517 ns/op	16471888 cpu-ns/op	9883132 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19169396 ns/op	14377047 cpu-ns/op	8626228 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	23186918 ns/op	17390188 cpu-ns/op	10434113 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21550794 ns/op	16163096 cpu-ns/op	9697857 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20917996 ns/op	15688497 cpu-ns/op	9413098 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	23851341 ns/op	17888505 cpu-ns/op	10733103 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19882929 ns/op	14912197 cpu-ns/op	8947318 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21900329 ns/op	16425246 cpu-ns/op	9855148 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21467897 ns/op	16100922 cpu-ns/op	9660553 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18263612 ns/op	13697709 cpu-ns/op	8218626 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21371486 ns/op	16028615 cpu-ns/op	9617169 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17923871 ns/op	13442904 cpu-ns/op	8065742 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17993999 ns/op	13495500 cpu-ns/op	8097300 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19788566 ns/op	14841425 cpu-ns/op	8904855 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	16024396 ns/op	12018297 cpu-ns/op	7210978 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19326172 ns/op	14494629 cpu-ns/op	8696778 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18418302 ns/op	13813727 cpu-ns/op	8288236 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17271573 ns/op	12953680 cpu-ns/op	7772208 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21232956 ns/op	15924717 cpu-ns/op	9554830 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18323224 ns/op	13742418 cpu-ns/op	8245451 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20676297 ns/op	15507223 cpu-ns/op	9304333 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22199596 ns/op	16649697 cpu-ns/op	9989818 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19537871 ns/op	14653403 cpu-ns/op	8792042 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	23542897 ns/op	17657173 cpu-ns/op	10594304 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21427382 ns/op	16070536 cpu-ns/op	9642322 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21073659 ns/op	15805244 cpu-ns/op	9483146 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	23603982 ns/op	17702986 cpu-ns/op	10621792 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19492589 ns/op	14619442 cpu-ns/op	8771665 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21723069 ns/op	16292302 cpu-ns/op	9775381 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20814353 ns/op	15610765 cpu-ns/op	9366459 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17917873 ns/op	13438405 cpu-ns/op	8063043 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21009272 ns/op	15756954 cpu-ns/op	9454172 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17384298 ns/op	13038224 cpu-ns/op	7822934 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17973678 ns/op	13480258 cpu-ns/op	8088155 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19534229 ns/op	14650672 cpu-ns/op	8790404 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	16027863 ns/op	12020898 cpu-ns/op	7212539 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19653379 ns/op	14740034 cpu-ns/op	8844021 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18472844 ns/op	13854633 cpu-ns/op	8312780 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17814786 ns/op	13361090 cpu-ns/op	8016654 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21648824 ns/op	16236618 cpu-ns/op	9741970 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18636922 ns/op	13977692 cpu-ns/op	8386615 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21326640 ns/op	15994980 cpu-ns/op	9596988 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22369135 ns/op	16776851 cpu-ns/op	10066110 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19854829 ns/op	14891122 cpu-ns/op	8934673 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	23783046 ns/op	17837285 cpu-ns/op	10702371 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21209306 ns/op	15906979 cpu-ns/op	9544187 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21140419 ns/op	15855314 cpu-ns/op	9513188 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	23243514 ns/op	17432636 cpu-ns/op	10459581 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19056789 ns/op	14292592 cpu-ns/op	8575556 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21491321 ns/op	16118491 cpu-ns/op	9671094 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20140780 ns/op	15105585 cpu-ns/op	9063351 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17613062 ns/op	13209796 cpu-ns/op	7925878 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20670519 ns/op	15502889 cpu-ns/op	9301733 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	16933698 ns/op	12700274 cpu-ns/op	7620164 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18048321 ns/op	13536241 cpu-ns/op	8121745 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19361782 ns/op	14521337 cpu-ns/op	8712802 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	16158132 ns/op	12118599 cpu-ns/op	7271160 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20053280 ns/op	15039960 cpu-ns/op	9023976 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18601336 ns/op	13951002 cpu-ns/op	8370601 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18421302 ns/op	13815977 cpu-ns/op	8289586 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22056170 ns/op	16542127 cpu-ns/op	9925276 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18957188 ns/op	14217891 cpu-ns/op	8530735 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21926292 ns/op	16444719 cpu-ns/op	9866831 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22455132 ns/op	16841349 cpu-ns/op	10104809 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20106237 ns/op	15079677 cpu-ns/op	9047806 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	23899133 ns/op	17924350 cpu-ns/op	10754610 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20899536 ns/op	15674652 cpu-ns/op	9404791 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21122868 ns/op	15842151 cpu-ns/op	9505290 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22784798 ns/op	17088598 cpu-ns/op	10253159 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18595154 ns/op	13946366 cpu-ns/op	8367820 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21224540 ns/op	15918405 cpu-ns/op	9551043 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19473209 ns/op	14604907 cpu-ns/op	8762945 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17369695 ns/op	13027271 cpu-ns/op	7816363 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20373829 ns/op	15280372 cpu-ns/op	9168223 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	16588408 ns/op	12441306 cpu-ns/op	7464784 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18222793 ns/op	13667095 cpu-ns/op	8200257 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19274001 ns/op	14455501 cpu-ns/op	8673301 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	16408763 ns/op	12306572 cpu-ns/op	7383944 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20511101 ns/op	15383326 cpu-ns/op	9229995 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18788547 ns/op	14091410 cpu-ns/op	8454846 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19067084 ns/op	14300313 cpu-ns/op	8580188 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22432415 ns/op	16824311 cpu-ns/op	10094587 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19263107 ns/op	14447330 cpu-ns/op	8668398 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22452890 ns/op	16839667 cpu-ns/op	10103800 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22445379 ns/op	16834034 cpu-ns/op	10100420 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20282359 ns/op	15211769 cpu-ns/op	9127061 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	23888384 ns/op	17916288 cpu-ns/op	10749773 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20506123 ns/op	15379592 cpu-ns/op	9227755 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21030250 ns/op	15772688 cpu-ns/op	9463612 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22246850 ns/op	16685138 cpu-ns/op	10011082 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18129584 ns/op	13597188 cpu-ns/op	8158313 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20943441 ns/op	15707581 cpu-ns/op	9424548 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18837191 ns/op	14127893 cpu-ns/op	8476736 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17205923 ns/op	12904442 cpu-ns/op	7742666 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20134669 ns/op	15101001 cpu-ns/op	9060601 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	96360035 ns/op	72270027 cpu-ns/op	43362016 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18496847 ns/op	13872635 cpu-ns/op	8323581 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19268660 ns/op	14451495 cpu-ns/op	8670897 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	16768137 ns/op	12576103 cpu-ns/op	7545662 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21008320 ns/op	15756240 cpu-ns/op	9453744 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19016407 ns/op	14262305 cpu-ns/op	8557383 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19726618 ns/op	14794964 cpu-ns/op	8876978 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22755617 ns/op	17066713 cpu-ns/op	10240027 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19535375 ns/op	14651531 cpu-ns/op	8790919 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22887484 ns/op	17165613 cpu-ns/op	10299368 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	22332188 ns/op	16749141 cpu-ns/op	10049484 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20378215 ns/op	15283661 cpu-ns/op	9170197 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	23753585 ns/op	17815189 cpu-ns/op	10689113 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20041887 ns/op	15031415 cpu-ns/op	9018849 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20875881 ns/op	15656911 cpu-ns/op	9394146 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	21651934 ns/op	16238950 cpu-ns/op	9743370 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17683159 ns/op	13262369 cpu-ns/op	7957422 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	20668853 ns/op	15501639 cpu-ns/op	9300983 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18256603 ns/op	13692452 cpu-ns/op	8215472 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	17136530 ns/op	12852398 cpu-ns/op	7711439 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19964570 ns/op	14973428 cpu-ns/op	8984057 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	16254945 ns/op	12191209 cpu-ns/op	7314726 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	18865023 ns/op	14148768 cpu-ns/op	8489261 peak_rss-B/op	0 major_faults/op
BenchmarkHello-2	1	19338724 ns/op	14504043 cpu-ns/op	8702426 peak_rss-B/op	0 major_faults/op
BenchmarkHello/fast-2	1	10000000 ns/op	7000000 cpu-ns/op
BenchmarkHello/fast-2	1	10981258 ns/op	7686881 cpu-ns/op
BenchmarkHello/fast-2	1	9584698 ns/op	6709289 cpu-ns/op
BenchmarkHello/fast-2	1	11593459 ns/op	8115421 cpu-ns/op
BenchmarkHello/fast-2	1	10775397 ns/op	7542778 cpu-ns/op
BenchmarkHello/fast-2	1	10458998 ns/op	7321298 cpu-ns/op
BenchmarkHello/fast-2	1	11925670 ns/op	8347969 cpu-ns/op
BenchmarkHello/fast-2	1	9941465 ns/op	6959026 cpu-ns/op
BenchmarkHello/fast-2	1	10950164 ns/op	7665115 cpu-ns/op
BenchmarkHello/fast-2	1	10733948 ns/op	7513764 cpu-ns/op
BenchmarkHello/fast-2	1	9131806 ns/op	6392265 cpu-ns/op
BenchmarkHello/fast-2	1	10685743 ns/op	7480020 cpu-ns/op
BenchmarkHello/fast-2	1	8961936 ns/op	6273355 cpu-ns/op
BenchmarkHello/fast-2	1	8997000 ns/op	6297900 cpu-ns/op
BenchmarkHello/fast-2	1	9894283 ns/op	6925998 cpu-ns/op
BenchmarkHello/fast-2	1	8012198 ns/op	5608539 cpu-ns/op
BenchmarkHello/fast-2	1	9663086 ns/op	6764160 cpu-ns/op
BenchmarkHello/fast-2	1	9209151 ns/op	6446406 cpu-ns/op
BenchmarkHello/fast-2	1	8635787 ns/op	6045051 cpu-ns/op
BenchmarkHello/fast-2	1	10616478 ns/op	7431534 cpu-ns/op
BenchmarkHello/fast-2	1	9161612 ns/op	6413129 cpu-ns/op
BenchmarkHello/fast-2	1	10338148 ns/op	7236704 cpu-ns/op
BenchmarkHello/fast-2	1	11099798 ns/op	7769858 cpu-ns/op
BenchmarkHello/fast-2	1	9768936 ns/op	6838255 cpu-ns/op
BenchmarkHello/fast-2	1	11771448 ns/op	8240014 cpu-ns/op
BenchmarkHello/fast-2	1	10713691 ns/op	7499583 cpu-ns/op
BenchmarkHello/fast-2	1	10536829 ns/op	7375780 cpu-ns/op
BenchmarkHello/fast-2	1	11801991 ns/op	8261393 cpu-ns/op
BenchmarkHello/fast-2	1	9746295 ns/op	6822407 cpu-ns/op
BenchmarkHello/fast-2	1	10861534 ns/op	7603074 cpu-ns/op
BenchmarkHello/fast-2	1	10407176 ns/op	7285023 cpu-ns/op
BenchmarkHello/fast-2	1	8958937 ns/op	6271256 cpu-ns/op
BenchmarkHello/fast-2	1	10504636 ns/op	7353245 cpu-ns/op
BenchmarkHello/fast-2	1	8692149 ns/op	6084505 cpu-ns/op
BenchmarkHello/fast-2	1	8986839 ns/op	6290787 cpu-ns/op
BenchmarkHello/fast-2	1	9767115 ns/op	6836981 cpu-ns/op
BenchmarkHello/fast-2	1	8013932 ns/op	5609752 cpu-ns/op
BenchmarkHello/fast-2	1	9826690 ns/op	6878683 cpu-ns/op
BenchmarkHello/fast-2	1	9236422 ns/op	6465496 cpu-ns/op
BenchmarkHello/fast-2	1	8907393 ns/op	6235176 cpu-ns/op
BenchmarkHello/fast-2	1	10824412 ns/op	7577088 cpu-ns/op
BenchmarkHello/fast-2	1	9318461 ns/op	6522923 cpu-ns/op
BenchmarkHello/fast-2	1	10663320 ns/op	7464324 cpu-ns/op
BenchmarkHello/fast-2	1	11184567 ns/op	7829197 cpu-ns/op
BenchmarkHello/fast-2	1	9927415 ns/op	6949190 cpu-ns/op
BenchmarkHello/fast-2	1	11891523 ns/op	8324066 cpu-ns/op
BenchmarkHello/fast-2	1	10604653 ns/op	7423257 cpu-ns/op
BenchmarkHello/fast-2	1	10570209 ns/op	7399146 cpu-ns/op
BenchmarkHello/fast-2	1	11621757 ns/op	8135230 cpu-ns/op
BenchmarkHello/fast-2	1	9528395 ns/op	6669877 cpu-ns/op
BenchmarkHello/fast-2	1	10745660 ns/op	7521962 cpu-ns/op
BenchmarkHello/fast-2	1	10070390 ns/op	7049273 cpu-ns/op
BenchmarkHello/fast-2	1	8806531 ns/op	6164572 cpu-ns/op
BenchmarkHello/fast-2	1	10335259 ns/op	7234681 cpu-ns/op
BenchmarkHello/fast-2	1	8466849 ns/op	5926795 cpu-ns/op
BenchmarkHello/fast-2	1	9024161 ns/op	6316913 cpu-ns/op
BenchmarkHello/fast-2	1	9680891 ns/op	6776624 cpu-ns/op
BenchmarkHello/fast-2	1	8079066 ns/op	5655346 cpu-ns/op
BenchmarkHello/fast-2	1	10026640 ns/op	7018648 cpu-ns/op
BenchmarkHello/fast-2	1	9300668 ns/op	6510468 cpu-ns/op
BenchmarkHello/fast-2	1	9210651 ns/op	6447456 cpu-ns/op
BenchmarkHello/fast-2	1	11028085 ns/op	7719659 cpu-ns/op
BenchmarkHello/fast-2	1	9478594 ns/op	6635016 cpu-ns/op
BenchmarkHello/fast-2	1	10963146 ns/op	7674202 cpu-ns/op
BenchmarkHello/fast-2	1	11227566 ns/op	7859296 cpu-ns/op
BenchmarkHello/fast-2	1	10053118 ns/op	7037182 cpu-ns/op
BenchmarkHello/fast-2	1	11949566 ns/op	8364696 cpu-ns/op
BenchmarkHello/fast-2	1	10449768 ns/op	7314837 cpu-ns/op
BenchmarkHello/fast-2	1	10561434 ns/op	7393003 cpu-ns/op
BenchmarkHello/fast-2	1	11392399 ns/op	7974679 cpu-ns/op
BenchmarkHello/fast-2	1	9297577 ns/op	6508304 cpu-ns/op
BenchmarkHello/fast-2	1	10612270 ns/op	7428589 cpu-ns/op
BenchmarkHello/fast-2	1	9736605 ns/op	6815624 cpu-ns/op
BenchmarkHello/fast-2	1	8684848 ns/op	6079393 cpu-ns/op
BenchmarkHello/fast-2	1	10186914 ns/op	7130840 cpu-ns/op
BenchmarkHello/fast-2	1	8294204 ns/op	5805943 cpu-ns/op
BenchmarkHello/fast-2	1	9111397 ns/op	6377978 cpu-ns/op
BenchmarkHello/fast-2	1	9637001 ns/op	6745901 cpu-ns/op
BenchmarkHello/fast-2	1	8204382 ns/op	5743067 cpu-ns/op
BenchmarkHello/fast-2	1	10255550 ns/op	7178885 cpu-ns/op
BenchmarkHello/fast-2	1	9394274 ns/op	6575992 cpu-ns/op
BenchmarkHello/fast-2	1	9533542 ns/op	6673480 cpu-ns/op
BenchmarkHello/fast-2	1	11216207 ns/op	7851345 cpu-ns/op
BenchmarkHello/fast-2	1	9631554 ns/op	6742088 cpu-ns/op
BenchmarkHello/fast-2	1	11226445 ns/op	7858511 cpu-ns/op
BenchmarkHello/fast-2	1	11222689 ns/op	7855882 cpu-ns/op
BenchmarkHello/fast-2	1	10141179 ns/op	7098825 cpu-ns/op
BenchmarkHello/fast-2	1	11944192 ns/op	8360934 cpu-ns/op
BenchmarkHello/fast-2	1	10253061 ns/op	7177143 cpu-ns/op
BenchmarkHello/fast-2	1	10515125 ns/op	7360587 cpu-ns/op
BenchmarkHello/fast-2	1	11123425 ns/op	7786397 cpu-ns/op
BenchmarkHello/fast-2	1	9064792 ns/op	6345355 cpu-ns/op
BenchmarkHello/fast-2	1	10471720 ns/op	7330204 cpu-ns/op
BenchmarkHello/fast-2	1	9418596 ns/op	6593017 cpu-ns/op
BenchmarkHello/fast-2	1	8602962 ns/op	6022073 cpu-ns/op
BenchmarkHello/fast-2	1	10067334 ns/op	7047134 cpu-ns/op
BenchmarkHello/fast-2	1	48180018 ns/op	33726013 cpu-ns/op
BenchmarkHello/fast-2	1	9248424 ns/op	6473897 cpu-ns/op
BenchmarkHello/fast-2	1	9634330 ns/op	6744031 cpu-ns/op
BenchmarkHello/fast-2	1	8384069 ns/op	5868848 cpu-ns/op
BenchmarkHello/fast-2	1	10504160 ns/op	7352912 cpu-ns/op
BenchmarkHello/fast-2	1	9508204 ns/op	6655743 cpu-ns/op
BenchmarkHello/fast-2	1	9863309 ns/op	6904317 cpu-ns/op
BenchmarkHello/fast-2	1	11377808 ns/op	7964466 cpu-ns/op
BenchmarkHello/fast-2	1	9767688 ns/op	6837382 cpu-ns/op
BenchmarkHello/fast-2	1	11443742 ns/op	8010619 cpu-ns/op
BenchmarkHello/fast-2	1	11166094 ns/op	7816266 cpu-ns/op
BenchmarkHello/fast-2	1	10189107 ns/op	7132375 cpu-ns/op
BenchmarkHello/fast-2	1	11876792 ns/op	8313754 cpu-ns/op
BenchmarkHello/fast-2	1	10020943 ns/op	7014660 cpu-ns/op
BenchmarkHello/fast-2	1	10437940 ns/op	7306558 cpu-ns/op
BenchmarkHello/fast-2	1	10825967 ns/op	7578176 cpu-ns/op
BenchmarkHello/fast-2	1	8841580 ns/op	6189106 cpu-ns/op
BenchmarkHello/fast-2	1	10334426 ns/op	7234098 cpu-ns/op
BenchmarkHello/fast-2	1	9128302 ns/op	6389811 cpu-ns/op
BenchmarkHello/fast-2	1	8568265 ns/op	5997786 cpu-ns/op
BenchmarkHello/fast-2	1	9982285 ns/op	6987600 cpu-ns/op
BenchmarkHello/fast-2	1	8127473 ns/op	5689231 cpu-ns/op
BenchmarkHello/fast-2	1	9432512 ns/op	6602759 cpu-ns/op
BenchmarkHello/fast-2	1	9669362 ns/op	6768554 cpu-ns/op
BenchmarkApi/x8-2	1	2000000 ns/op
BenchmarkApi/x8-2	1	2196251 ns/op
BenchmarkApi/x8-2	1	1916940 ns/op
BenchmarkApi/x8-2	1	2318691 ns/op
BenchmarkApi/x8-2	1	2155079 ns/op
BenchmarkApi/x8-2	1	2091799 ns/op
BenchmarkApi/x8-2	1	2385134 ns/op
BenchmarkApi/x8-2	1	1988293 ns/op
BenchmarkApi/x8-2	1	2190032 ns/op
BenchmarkApi/x8-2	1	1826362 ns/op
BenchmarkApi/x8-2	1	2137148 ns/op
BenchmarkApi/x8-2	1	1792388 ns/op
BenchmarkApi/x8-2	1	1799400 ns/op
BenchmarkApi/x8-2	1	1978857 ns/op
BenchmarkApi/x8-2	1	1602440 ns/op
BenchmarkApi/x8-2	1	1932618 ns/op
BenchmarkApi/x8-2	1	1841831 ns/op
BenchmarkApi/x8-2	1	1727158 ns/op
BenchmarkApi/x8-2	1	1832323 ns/op
BenchmarkApi/x8-2	1	2067629 ns/op
BenchmarkApi/x8-2	1	2219959 ns/op
BenchmarkApi/x8-2	1	1953788 ns/op
BenchmarkApi/x8-2	1	2354289 ns/op
BenchmarkApi/x8-2	1	2142738 ns/op
BenchmarkApi/x8-2	1	2107365 ns/op
BenchmarkApi/x8-2	1	2360398 ns/op
BenchmarkApi/x8-2	1	1949259 ns/op
BenchmarkApi/x8-2	1	2081435 ns/op
BenchmarkApi/x8-2	1	1791788 ns/op
BenchmarkApi/x8-2	1	2100927 ns/op
BenchmarkApi/x8-2	1	1738430 ns/op
BenchmarkApi/x8-2	1	1797368 ns/op
BenchmarkApi/x8-2	1	1953423 ns/op
BenchmarkApi/x8-2	1	1602787 ns/op
BenchmarkApi/x8-2	1	1965338 ns/op
BenchmarkApi/x8-2	1	1847285 ns/op
BenchmarkApi/x8-2	1	2164882 ns/op
BenchmarkApi/x8-2	1	1863693 ns/op
BenchmarkApi/x8-2	1	2132664 ns/op
BenchmarkApi/x8-2	1	2236913 ns/op
BenchmarkApi/x8-2	1	1985483 ns/op
BenchmarkApi/x8-2	1	2378304 ns/op
BenchmarkApi/x8-2	1	2120930 ns/op
BenchmarkApi/x8-2	1	2114041 ns/op
BenchmarkApi/x8-2	1	2324351 ns/op
BenchmarkApi/x8-2	1	2149132 ns/op
BenchmarkApi/x8-2	1	2014078 ns/op
BenchmarkApi/x8-2	1	1761307 ns/op
BenchmarkApi/x8-2	1	2067051 ns/op
BenchmarkApi/x8-2	1	1693370 ns/op
BenchmarkApi/x8-2	1	1804833 ns/op
BenchmarkApi/x8-2	1	1936179 ns/op
BenchmarkApi/x8-2	1	1615814 ns/op
BenchmarkApi/x8-2	1	2005328 ns/op
BenchmarkApi/x8-2	1	1842131 ns/op
BenchmarkApi/x8-2	1	2205617 ns/op
BenchmarkApi/x8-2	1	1895719 ns/op
BenchmarkApi/x8-2	1	2192629 ns/op
BenchmarkApi/x8-2	1	2245513 ns/op
BenchmarkApi/x8-2	1	2010623 ns/op
BenchmarkApi/x8-2	1	2389913 ns/op
BenchmarkApi/x8-2	1	2089953 ns/op
BenchmarkApi/x8-2	1	2112286 ns/op
BenchmarkApi/x8-2	1	1859516 ns/op
BenchmarkApi/x8-2	1	2122454 ns/op
BenchmarkApi/x8-2	1	1947321 ns/op
BenchmarkApi/x8-2	1	1736970 ns/op
BenchmarkApi/x8-2	1	2037382 ns/op
BenchmarkApi/x8-2	1	1658841 ns/op
BenchmarkApi/x8-2	1	1822280 ns/op
BenchmarkApi/x8-2	1	1927401 ns/op
BenchmarkApi/x8-2	1	1640877 ns/op
BenchmarkApi/x8-2	1	1878855 ns/op
BenchmarkApi/x8-2	1	1906709 ns/op
BenchmarkApi/x8-2	1	2243241 ns/op
BenchmarkApi/x8-2	1	1926311 ns/op
BenchmarkApi/x8-2	1	2245289 ns/op
BenchmarkApi/x8-2	1	2244537 ns/op
BenchmarkApi/x8-2	1	2028235 ns/op
BenchmarkApi/x8-2	1	2388838 ns/op
BenchmarkApi/x8-2	1	2050612 ns/op
BenchmarkApi/x8-2	1	2224685 ns/op
BenchmarkApi/x8-2	1	1812959 ns/op
BenchmarkApi/x8-2	1	2094344 ns/op
BenchmarkApi/x8-2	1	1883720 ns/op
BenchmarkApi/x8-2	1	1720593 ns/op
BenchmarkApi/x8-2	1	2013466 ns/op
BenchmarkApi/x8-2	1	9636004 ns/op
BenchmarkApi/x8-2	1	1849685 ns/op
BenchmarkApi/x8-2	1	1926866 ns/op
BenchmarkApi/x8-2	1	2100832 ns/op
BenchmarkApi/x8-2	1	1901641 ns/op
BenchmarkApi/x8-2	1	1972662 ns/op
BenchmarkApi/x8-2	1	2275561 ns/op
BenchmarkApi/x8-2	1	1953538 ns/op
BenchmarkApi/x8-2	1	2288748 ns/op
BenchmarkApi/x8-2	1	2233218 ns/op
BenchmarkApi/x8-2	1	2037821 ns/op
BenchmarkApi/x8-2	1	2375358 ns/op
BenchmarkApi/x8-2	1	2087588 ns/op
BenchmarkApi/x8-2	1	2165193 ns/op
BenchmarkApi/x8-2	1	1768316 ns/op
BenchmarkApi/x8-2	1	2066885 ns/op
BenchmarkApi/x8-2	1	1825661 ns/op
BenchmarkApi/x8-2	1	1713653 ns/op
BenchmarkApi/x8-2	1	1996457 ns/op
BenchmarkApi/x8-2	1	1625495 ns/op
BenchmarkApi/x8-2	1	1886503 ns/op
BenchmarkApi/x8-2	1	1722004 ns/op
BenchmarkApi/x8-2	1	2152355 ns/op
BenchmarkApi/x8-2	1	1926504 ns/op
BenchmarkApi/x8-2	1	2037412 ns/op
BenchmarkApi/x8-2	1	2300562 ns/op
BenchmarkApi/x8-2	1	1975733 ns/op
BenchmarkApi/x8-2	1	2321540 ns/op
BenchmarkApi/x8-2	1	2211288 ns/op
BenchmarkApi/x8-2	1	2039378 ns/op
BenchmarkApi/x8-2	1	1952386 ns/op
BenchmarkApi/x8-2	1	2067635 ns/op
BenchmarkApi/x8-2	1	2102447 ns/op
BenchmarkApi/x8-2	1	1727897 ns/op
BenchmarkApi/x8-2	1	2042056 ns/op
BenchmarkApi/x8-2	1	1775254 ns/op
BenchmarkApi/x8-2	1	1717210 ns/op
BenchmarkApi/x8-2	1	1987055 ns/op
BenchmarkApi/x8-2	1	1627400 ns/op
BenchmarkApi/x8-2	1	1947281 ns/op
BenchmarkApi/x8-2	1	1774443 ns/op
BenchmarkApi/x8-2	1	2203359 ns/op
BenchmarkApi/x8-2	1	1951388 ns/op
BenchmarkApi/x8-2	1	2098478 ns/op
BenchmarkApi/x8-2	1	2316518 ns/op
BenchmarkApi/x8-2	1	1991584 ns/op
BenchmarkApi/x8-2	1	2342691 ns/op
BenchmarkApi/x8-2	1	2179006 ns/op
BenchmarkApi/x8-2	1	2314947 ns/op
BenchmarkApi/x8-2	1	1897247 ns/op
BenchmarkApi/x8-2	1	2045058 ns/op
BenchmarkApi/x8-2	1	2038991 ns/op
BenchmarkApi/x8-2	1	1693892 ns/op
BenchmarkApi/x8-2	1	2021623 ns/op
BenchmarkApi/x8-2	1	1734233 ns/op
BenchmarkApi/x8-2	1	1731835 ns/op
BenchmarkApi/x8-2	1	1985477 ns/op
BenchmarkApi/x8-2	1	1983714 ns/op
BenchmarkApi/x8-2	1	1965587 ns/op
BenchmarkApi/x8-2	1	1831849 ns/op
BenchmarkApi/x8-2	1	2251456 ns/op
BenchmarkApi/x8-2	1	1974285 ns/op
BenchmarkApi/x8-2	1	2153587 ns/op
BenchmarkApi/x8-2	1	2322081 ns/op
BenchmarkApi/x8-2	1	2000199 ns/op
BenchmarkApi/x8-2	1	2351761 ns/op
BenchmarkApi/x8-2	1	2020812 ns/op
BenchmarkApi/x8-2	1	2271069 ns/op
BenchmarkApi/x8-2	1	1841062 ns/op
BenchmarkApi/x8-2	1	2021871 ns/op
BenchmarkApi/x8-2	1	1977345 ns/op
BenchmarkApi/x8-2	1	1668259 ns/op
BenchmarkApi/x8-2	1	2007042 ns/op
BenchmarkApi/x8-2	1	1703878 ns/op
BenchmarkApi/x8-2	1	1757581 ns/op
BenchmarkApi/x8-2	1	1666084 ns/op
BenchmarkApi/x8-2	1	2040689 ns/op
BenchmarkApi/x8-2	1	1987005 ns/op
BenchmarkApi/x8-2	1	1891768 ns/op
BenchmarkApi/x8-2	1	2294310 ns/op
BenchmarkApi/x8-2	1	1993344 ns/op
BenchmarkApi/x8-2	1	2200784 ns/op
BenchmarkApi/x8-2	1	2316365 ns/op
BenchmarkApi/x8-2	1	2001159 ns/op
BenchmarkApi/x8-2	1	2087015 ns/op
BenchmarkApi/x8-2	1	2002980 ns/op
BenchmarkApi/x8-2	1	2220735 ns/op
BenchmarkApi/x8-2	1	9786256 ns/op
BenchmarkApi/x8-2	1	2000098 ns/op
BenchmarkApi/x8-2	1	1919886 ns/op
BenchmarkApi/x8-2	1	1652623 ns/op
BenchmarkApi/x8-2	1	1999383 ns/op
BenchmarkApi/x8-2	1	1684961 ns/op
BenchmarkApi/x8-2	1	2004211 ns/op
BenchmarkApi/x8-2	1	1700429 ns/op
BenchmarkApi/x8-2	1	2100400 ns/op
BenchmarkApi/x8-2	1	2009574 ns/op
BenchmarkApi/x8-2	1	1951697 ns/op
BenchmarkApi/x8-2	1	2329758 ns/op
BenchmarkApi/x8-2	1	2006978 ns/op
BenchmarkApi/x8-2	1	2238523 ns/op
BenchmarkApi/x8-2	1	2298991 ns/op
BenchmarkApi/x8-2	1	2334630 ns/op
BenchmarkApi/x8-2	1	2030305 ns/op
BenchmarkApi/x8-2	1	1981567 ns/op
BenchmarkApi/x8-2	1	2166260 ns/op
BenchmarkApi/x8-2	1	1735270 ns/op
BenchmarkApi/x8-2	1	1981660 ns/op
BenchmarkApi/x8-2	1	1868742 ns/op
BenchmarkApi/x8-2	1	1648187 ns/op
BenchmarkApi/x8-2	1	1999261 ns/op
BenchmarkApi/x8-2	1	1839970 ns/op
BenchmarkApi/x8-2	1	2022592 ns/op
BenchmarkApi/x8-2	1	1742454 ns/op
BenchmarkApi/x8-2	1	2160431 ns/op
BenchmarkApi/x8-2	1	2031269 ns/op
BenchmarkApi/x8-2	1	2009202 ns/op
BenchmarkApi/x8-2	1	2355913 ns/op
BenchmarkApi/x8-2	1	2013954 ns/op
BenchmarkApi/x8-2	1	2265727 ns/op
BenchmarkApi/x8-2	1	1980874 ns/op
BenchmarkApi/x8-2	1	2310214 ns/op
BenchmarkApi/x8-2	1	1969108 ns/op
BenchmarkApi/x8-2	1	1958467 ns/op
BenchmarkApi/x8-2	1	2110079 ns/op
BenchmarkApi/x8-2	1	1690441 ns/op
BenchmarkApi/x8-2	1	1968259 ns/op
BenchmarkApi/x8-2	1	1825685 ns/op
BenchmarkApi/x8-2	1	1655663 ns/op
BenchmarkApi/x8-2	1	1681835 ns/op
BenchmarkApi/x8-2	1	1894118 ns/op
BenchmarkApi/x8-2	1	2045045 ns/op
BenchmarkApi/x8-2	1	1790025 ns/op
BenchmarkApi/x8-2	1	2218282 ns/op
BenchmarkApi/x8-2	1	2050112 ns/op
BenchmarkApi/x8-2	1	2062040 ns/op
BenchmarkApi/x8-2	1	2371270 ns/op
BenchmarkApi/x8-2	1	2013460 ns/op
BenchmarkApi/x8-2	1	2230456 ns/op
BenchmarkApi/x8-2	1	1961192 ns/op
BenchmarkApi/x8-2	1	2277183 ns/op
BenchmarkApi/x8-2	1	1905775 ns/op
BenchmarkApi/x8-2	1	1935698 ns/op
BenchmarkApi/x8-2	1	2054625 ns/op
BenchmarkApi/x8-2	1	1653886 ns/op
BenchmarkApi/x8-2	1	1961291 ns/op
BenchmarkApi/x8-2	1	1792058 ns/op
BenchmarkApi/x8-2	1	2021686 ns/op
BenchmarkApi/x8-2	1	1696497 ns/op
BenchmarkApi/x8-2	1	1954501 ns/op
BenchmarkApi/x8-2	1	2069751 ns/op
BenchmarkApi/x8-2	1	1840821 ns/op
BenchmarkApi/x8-2	1	2271487 ns/op
BenchmarkApi/x8-2	1	2064289 ns/op
BenchmarkApi/x8-2	1	2108258 ns/op
BenchmarkApi/x8-2	1	2374781 ns/op
BenchmarkApi/x8-2	1	2286842 ns/op
BenchmarkApi/x8-2	1	2181210 ns/op
BenchmarkApi/x8-2	1	1936896 ns/op
BenchmarkApi/x8-2	1	2237458 ns/op
BenchmarkApi/x8-2	1	1842814 ns/op
BenchmarkApi/x8-2	1	1915281 ns/op
BenchmarkApi/x8-2	1	2002213 ns/op
BenchmarkApi/x8-2	1	1627395 ns/op
BenchmarkApi/x8-2	1	1961760 ns/op
BenchmarkApi/x8-2	1	1706532 ns/op
BenchmarkApi/x8-2	1	2043050 ns/op
BenchmarkApi/x8-2	1	1720413 ns/op
BenchmarkApi/x8-2	1	2018883 ns/op
BenchmarkApi/x8-2	1	2094716 ns/op
BenchmarkApi/x8-2	1	1892456 ns/op
BenchmarkApi/x8-2	1	2317733 ns/op
BenchmarkApi/x8-2	1	2072252 ns/op
BenchmarkApi/x8-2	1	2146286 ns/op
BenchmarkApi/x8-2	1	9989183 ns/op
BenchmarkApi/x8-2	1	2281236 ns/op
BenchmarkApi/x8-2	1	2124059 ns/op
BenchmarkApi/x8-2	1	1909715 ns/op
BenchmarkApi/x8-2	1	2193204 ns/op
BenchmarkApi/x8-2	1	1782771 ns/op
BenchmarkApi/x8-2	1	1899132 ns/op
BenchmarkApi/x8-2	1	1954930 ns/op
BenchmarkApi/x8-2	1	1612343 ns/op
BenchmarkApi/x8-2	1	1755980 ns/op
BenchmarkApi/x8-2	1	1748654 ns/op
BenchmarkApi/x8-2	1	2069646 ns/op
BenchmarkApi/x8-2	1	1751902 ns/op
BenchmarkApi/x8-2	1	2084807 ns/op
BenchmarkApi/x8-2	1	2117884 ns/op
BenchmarkApi/x8-2	1	1942591 ns/op
BenchmarkApi/x8-2	1	2354975 ns/op
BenchmarkApi/x8-2	1	2072809 ns/op
BenchmarkApi/x8-2	1	2344669 ns/op
BenchmarkApi/x8-2	1	1966184 ns/op
BenchmarkApi/x8-2	1	2266021 ns/op
BenchmarkApi/x8-2	1	2061069 ns/op
BenchmarkApi/x8-2	1	1881604 ns/op
BenchmarkApi/x8-2	1	2146723 ns/op
BenchmarkApi/x8-2	1	1728111 ns/op
BenchmarkApi/x8-2	1	1888946 ns/op
BenchmarkApi/x8-2	1	1914525 ns/op
BenchmarkApi/x8-2	1	1986726 ns/op
BenchmarkApi/x8-2	1	1753662 ns/op
BenchmarkApi/x8-2	1	1800196 ns/op
BenchmarkApi/x8-2	1	2099851 ns/op
BenchmarkApi/x8-2	1	1788982 ns/op
BenchmarkApi/x8-2	1	2149698 ns/op
BenchmarkApi/x8-2	1	2137251 ns/op
BenchmarkApi/x8-2	1	1989056 ns/op
BenchmarkApi/x8-2	1	2381534 ns/op
BenchmarkApi/x8-2	1	2193813 ns/op
BenchmarkApi/x8-2	1	2311624 ns/op
BenchmarkApi/x8-2	1	1937253 ns/op
BenchmarkApi/x8-2	1	2242621 ns/op
BenchmarkApi/x8-2	1	1994596 ns/op
BenchmarkApi/x8-2	1	1854639 ns/op
BenchmarkApi/x8-2	1	2100330 ns/op
BenchmarkApi/x8-2	1	1681093 ns/op
BenchmarkApi/x8-2	1	1886105 ns/op
BenchmarkApi/x8-2	1	1619564 ns/op
BenchmarkApi/x8-2	1	2010857 ns/op
BenchmarkApi/x8-2	1	1761055 ns/op
BenchmarkApi/x8-2	1	1859315 ns/op
BenchmarkApi/x8-2	1	2131764 ns/op
BenchmarkApi/x8-2	1	1829474 ns/op
BenchmarkApi/x8-2	1	2210996 ns/op
BenchmarkApi/x8-2	1	2150981 ns/op
BenchmarkApi/x8-2	1	2029955 ns/op
BenchmarkApi/x8-2	1	2049115 ns/op
BenchmarkApi/x8-2	1	2202601 ns/op
BenchmarkApi/x8-2	1	2267866 ns/op
BenchmarkApi/x8-2	1	1903887 ns/op
BenchmarkApi/x8-2	1	2212814 ns/op
BenchmarkApi/x8-2	1	1927177 ns/op
BenchmarkApi/x8-2	1	1830898 ns/op
BenchmarkApi/x8-2	1	2056238 ns/op
BenchmarkApi/x8-2	1	1643669 ns/op
BenchmarkApi/x8-2	1	1859258 ns/op
BenchmarkApi/x8-2	1	1641987 ns/op
BenchmarkApi/x8-2	1	2041699 ns/op
BenchmarkApi/x8-2	1	1776995 ns/op
BenchmarkApi/x8-2	1	1923816 ns/op
BenchmarkApi/x8-2	1	2163309 ns/op
BenchmarkApi/x8-2	1	1871123 ns/op
BenchmarkApi/x8-2	1	2266270 ns/op
BenchmarkApi/x8-2	1	2157505 ns/op
BenchmarkApi/x8-2	1	2398208 ns/op
BenchmarkApi/x8-2	1	2024785 ns/op
BenchmarkApi/x8-2	1	2201793 ns/op
BenchmarkApi/x8-2	1	2214970 ns/op
BenchmarkApi/x8-2	1	1867909 ns/op
BenchmarkApi/x8-2	1	2178625 ns/op
BenchmarkApi/x8-2	1	1861418 ns/op
BenchmarkApi/x8-2	1	1812352 ns/op
BenchmarkApi/x8-2	1	2016446 ns/op
BenchmarkApi/x8-2	1	1905930 ns/op
BenchmarkApi/x8-2	1	1845633 ns/op
BenchmarkApi/x8-2	1	1676131 ns/op
BenchmarkApi/x8-2	1	2077903 ns/op
BenchmarkApi/x8-2	1	1799927 ns/op
BenchmarkApi/x8-2	1	1991249 ns/op
BenchmarkApi/x8-2	1	2192350 ns/op
BenchmarkApi/x8-2	1	9911710 ns/op
BenchmarkApi/x8-2	1	2313337 ns/op
BenchmarkApi/x8-2	1	2089361 ns/op
BenchmarkApi/x8-2	1	2387441 ns/op
BenchmarkApi/x8-2	1	1992910 ns/op
BenchmarkApi/x8-2	1	2192291 ns/op
BenchmarkApi/x8-2	1	2154919 ns/op
BenchmarkApi/x8-2	1	1831373 ns/op
BenchmarkApi/x8-2	1	2142222 ns/op
BenchmarkApi/x8-2	1	1799864 ns/op
BenchmarkApi/x8-2	1	1800747 ns/op
BenchmarkApi/x8-2	1	1603309 ns/op
BenchmarkApi/x8-2	1	1929150 ns/op
BenchmarkApi/x8-2	1	1841323 ns/op
BenchmarkApi/x8-2	1	1720731 ns/op
BenchmarkApi/x8-2	1	2117750 ns/op
BenchmarkApi/x8-2	1	1827997 ns/op
BenchmarkApi/x8-2	1	2059029 ns/op
BenchmarkApi/x8-2	1	2216798 ns/op
BenchmarkApi/x8-2	1	1949168 ns/op
BenchmarkApi/x8-2	1	2144558 ns/op
BenchmarkApi/x8-2	1	2106155 ns/op
BenchmarkApi/x8-2	1	2364270 ns/op
BenchmarkApi/x8-2	1	1954663 ns/op
BenchmarkApi/x8-2	1	2175417 ns/op
BenchmarkApi/x8-2	1	2090014 ns/op
BenchmarkApi/x8-2	1	1796454 ns/op
BenchmarkApi/x8-2	1	2105795 ns/op
BenchmarkApi/x8-2	1	1744881 ns/op
BenchmarkApi/x8-2	1	1956119 ns/op
BenchmarkApi/x8-2	1	1601976 ns/op
BenchmarkApi/x8-2	1	1960773 ns/op
BenchmarkApi/x8-2	1	1845684 ns/op
BenchmarkApi/x8-2	1	1774062 ns/op
BenchmarkApi/x8-2	1	2159234 ns/op
BenchmarkApi/x8-2	1	1859151 ns/op
BenchmarkApi/x8-2	1	2124553 ns/op
BenchmarkApi/x8-2	1	2234735 ns/op
BenchmarkApi/x8-2	1	2375957 ns/op
BenchmarkApi/x8-2	1	2124033 ns/op
BenchmarkApi/x8-2	1	2114030 ns/op
BenchmarkApi/x8-2	1	2329627 ns/op
BenchmarkApi/x8-2	1	1911630 ns/op
BenchmarkApi/x8-2	1	2152845 ns/op
BenchmarkApi/x8-2	1	2022764 ns/op
BenchmarkApi/x8-2	1	1765337 ns/op
BenchmarkApi/x8-2	1	2071444 ns/op
BenchmarkApi/x8-2	1	1803659 ns/op
BenchmarkApi/x8-2	1	1937712 ns/op
BenchmarkApi/x8-2	1	1613368 ns/op
BenchmarkApi/x8-2	1	1999827 ns/op
BenchmarkApi/x8-2	1	1857624 ns/op
BenchmarkApi/x8-2	1	1834024 ns/op
BenchmarkApi/x8-2	1	2200170 ns/op
BenchmarkApi/x8-2	1	1891252 ns/op
BenchmarkApi/x8-2	1	2185324 ns/op
BenchmarkApi/x8-2	1	2007825 ns/op
BenchmarkApi/x8-2	1	2389221 ns/op
BenchmarkApi/x8-2	1	2094274 ns/op
BenchmarkApi/x8-2	1	2113379 ns/op
BenchmarkApi/x8-2	1	2284935 ns/op
BenchmarkApi/x8-2	1	1865736 ns/op
BenchmarkApi/x8-2	1	2126492 ns/op
BenchmarkApi/x8-2	1	1955770 ns/op
BenchmarkApi/x8-2	1	1740097 ns/op
BenchmarkApi/x8-2	1	1662555 ns/op
BenchmarkApi/x8-2	1	1819751 ns/op
BenchmarkApi/x8-2	1	1927767 ns/op
BenchmarkApi/x8-2	1	1636914 ns/op
BenchmarkApi/x8-2	1	2044892 ns/op
BenchmarkApi/x8-2	1	1875665 ns/op
BenchmarkApi/x8-2	1	1898244 ns/op
BenchmarkApi/x8-2	1	2238299 ns/op
BenchmarkApi/x8-2	1	1922196 ns/op
BenchmarkApi/x8-2	1	2244871 ns/op
BenchmarkApi/x8-2	1	2026531 ns/op
BenchmarkApi/x8-2	1	2389804 ns/op
BenchmarkApi/x8-2	1	2056018 ns/op
BenchmarkApi/x8-2	1	2105067 ns/op
BenchmarkApi/x8-2	1	2232046 ns/op
BenchmarkApi/x8-2	1	1819145 ns/op
BenchmarkApi/x8-2	1	2098422 ns/op
BenchmarkApi/x8-2	1	1891599 ns/op
BenchmarkApi/x8-2	1	2016253 ns/op
BenchmarkApi/x8-2	1	1638132 ns/op
BenchmarkApi/x8-2	1	1845830 ns/op
BenchmarkApi/x8-2	1	1926128 ns/op
BenchmarkApi/x8-2	1	9671518 ns/op
BenchmarkApi/x8-2	1	2094162 ns/op
BenchmarkApi/x8-2	1	1898031 ns/op
BenchmarkApi/x8-2	1	1964182 ns/op
BenchmarkApi/x8-2	1	2271413 ns/op
BenchmarkApi/x8-2	1	2283840 ns/op
BenchmarkApi/x8-2	1	2234959 ns/op
BenchmarkApi/x8-2	1	2037246 ns/op
BenchmarkApi/x8-2	1	2377912 ns/op
BenchmarkApi/x8-2	1	2010485 ns/op
BenchmarkApi/x8-2	1	2090374 ns/op
BenchmarkApi/x8-2	1	2173148 ns/op
BenchmarkApi/x8-2	1	1774155 ns/op
BenchmarkApi/x8-2	1	2070723 ns/op
BenchmarkApi/x8-2	1	1714333 ns/op
BenchmarkApi/x8-2	1	1998218 ns/op
BenchmarkApi/x8-2	1	1625986 ns/op
BenchmarkApi/x8-2	1	1881419 ns/op
BenchmarkApi/x8-2	1	1932156 ns/op
BenchmarkApi/x8-2	1	1715615 ns/op
BenchmarkApi/x8-2	1	2145532 ns/op
BenchmarkApi/x8-2	1	1922754 ns/op
BenchmarkApi/x8-2	1	2029255 ns/op
BenchmarkApi/x8-2	1	1973026 ns/op
BenchmarkApi/x8-2	1	2318109 ns/op
BenchmarkApi/x8-2	1	2214447 ns/op
BenchmarkApi/x8-2	1	2039901 ns/op
BenchmarkApi/x8-2	1	2354291 ns/op
BenchmarkApi/x8-2	1	1959326 ns/op
BenchmarkApi/x8-2	1	2070921 ns/op
BenchmarkApi/x8-2	1	2110664 ns/op
BenchmarkApi/x8-2	1	1733082 ns/op
BenchmarkApi/x8-2	1	1781132 ns/op
BenchmarkApi/x8-2	1	1716456 ns/op
BenchmarkApi/x8-2	1	1987724 ns/op
BenchmarkApi/x8-2	1	1626277 ns/op
BenchmarkApi/x8-2	1	1925535 ns/op
BenchmarkApi/x8-2	1	1944767 ns/op
BenchmarkApi/x8-2	1	1767248 ns/op
BenchmarkApi/x8-2	1	2196700 ns/op
BenchmarkApi/x8-2	1	1947779 ns/op
BenchmarkApi/x8-2	1	2314690 ns/op
BenchmarkApi/x8-2	1	1989838 ns/op
BenchmarkApi/x8-2	1	2340833 ns/op
BenchmarkApi/x8-2	1	2183523 ns/op
BenchmarkApi/x8-2	1	2034918 ns/op
BenchmarkApi/x8-2	1	2320192 ns/op
BenchmarkApi/x8-2	1	1904543 ns/op
BenchmarkApi/x8-2	1	2048575 ns/op
BenchmarkApi/x8-2	1	2047128 ns/op
BenchmarkApi/x8-2	1	2024236 ns/op
BenchmarkApi/x8-2	1	1738777 ns/op
BenchmarkApi/x8-2	1	1729596 ns/op
BenchmarkApi/x8-2	1	1985056 ns/op
BenchmarkApi/x8-2	1	1638616 ns/op
BenchmarkApi/x8-2	1	1976725 ns/op
BenchmarkApi/x8-2	1	1962501 ns/op
BenchmarkApi/x8-2	1	1824165 ns/op
BenchmarkApi/x8-2	1	2245281 ns/op
BenchmarkApi/x8-2	1	2146999 ns/op
BenchmarkApi/x8-2	1	2321680 ns/op
BenchmarkApi/x8-2	1	1999509 ns/op
BenchmarkApi/x8-2	1	2351501 ns/op
BenchmarkApi/x8-2	1	2142901 ns/op
BenchmarkApi/x8-2	1	2023182 ns/op
BenchmarkApi/x8-2	1	2277303 ns/op
BenchmarkApi/x8-2	1	1848399 ns/op
BenchmarkApi/x8-2	1	2025339 ns/op
BenchmarkApi/x8-2	1	1671319 ns/op
BenchmarkApi/x8-2	1	2008754 ns/op
BenchmarkApi/x8-2	1	1706950 ns/op
BenchmarkApi/x8-2	1	1753876 ns/op
BenchmarkApi/x8-2	1	1990003 ns/op
BenchmarkApi/x8-2	1	1662086 ns/op
BenchmarkApi/x8-2	1	2033132 ns/op
BenchmarkApi/x8-2	1	1983606 ns/op
BenchmarkApi/x8-2	1	1883927 ns/op
BenchmarkApi/x8-2	1	1990790 ns/op
BenchmarkApi/x8-2	1	2195360 ns/op
BenchmarkApi/x8-2	1	2317486 ns/op
BenchmarkApi/x8-2	1	2001550 ns/op
BenchmarkApi/x8-2	1	2350146 ns/op
BenchmarkApi/x8-2	1	2093794 ns/op
BenchmarkApi/x8-2	1	2005989 ns/op
BenchmarkApi/x8-2	1	2227662 ns/op
BenchmarkApi/x8-2	1	1793306 ns/op
BenchmarkApi/x8-2	1	1926906 ns/op
BenchmarkApi/x8-2	1	9654300 ns/op
BenchmarkApi/x8-2	1	2000071 ns/op
BenchmarkApi/x8-2	1	1686492 ns/op
BenchmarkApi/x8-2	1	1788882 ns/op
BenchmarkApi/x8-2	1	2001876 ns/op
BenchmarkApi/x8-2	1	1695296 ns/op
BenchmarkApi/x8-2	1	2092581 ns/op
BenchmarkApi/x8-2	1	2006136 ns/op
BenchmarkApi/x8-2	1	2325441 ns/op
BenchmarkApi/x8-2	1	2005271 ns/op
BenchmarkApi/x8-2	1	2234438 ns/op
BenchmarkApi/x8-2	1	2301658 ns/op
BenchmarkApi/x8-2	1	1995968 ns/op
BenchmarkApi/x8-2	1	2337345 ns/op
BenchmarkApi/x8-2	1	2037868 ns/op
BenchmarkApi/x8-2	1	1984971 ns/op
BenchmarkApi/x8-2	1	2173562 ns/op
BenchmarkApi/x8-2	1	1984229 ns/op
BenchmarkApi/x8-2	1	1874788 ns/op
BenchmarkApi/x8-2	1	1648342 ns/op
BenchmarkApi/x8-2	1	1998872 ns/op
BenchmarkApi/x8-2	1	1677711 ns/op
BenchmarkApi/x8-2	1	1833675 ns/op
BenchmarkApi/x8-2	1	2019550 ns/op
BenchmarkApi/x8-2	1	1736453 ns/op
BenchmarkApi/x8-2	1	2152680 ns/op
BenchmarkApi/x8-2	1	2002026 ns/op
BenchmarkApi/x8-2	1	2352899 ns/op
BenchmarkApi/x8-2	1	2013240 ns/op
BenchmarkApi/x8-2	1	2263092 ns/op
BenchmarkApi/x8-2	1	2274284 ns/op
BenchmarkApi/x8-2	1	1983250 ns/op
BenchmarkApi/x8-2	1	2314174 ns/op
BenchmarkApi/x8-2	1	1977163 ns/op
BenchmarkApi/x8-2	1	1961996 ns/op
BenchmarkApi/x8-2	1	1695969 ns/op
BenchmarkApi/x8-2	1	1970035 ns/op
BenchmarkApi/x8-2	1	1830549 ns/op
BenchmarkApi/x8-2	1	1654228 ns/op
BenchmarkApi/x8-2	1	2005355 ns/op
BenchmarkApi/x8-2	1	1680370 ns/op
BenchmarkApi/x8-2	1	1886828 ns/op
BenchmarkApi/x8-2	1	2041526 ns/op
BenchmarkApi/x8-2	1	1783455 ns/op
BenchmarkApi/x8-2	1	2047417 ns/op
BenchmarkApi/x8-2	1	2055637 ns/op
BenchmarkApi/x8-2	1	2369737 ns/op
BenchmarkApi/x8-2	1	2013823 ns/op
BenchmarkApi/x8-2	1	2280693 ns/op
BenchmarkApi/x8-2	1	2235995 ns/op
BenchmarkApi/x8-2	1	1964346 ns/op
BenchmarkApi/x8-2	1	2282153 ns/op
BenchmarkApi/x8-2	1	1913997 ns/op
BenchmarkApi/x8-2	1	2061699 ns/op
BenchmarkApi/x8-2	1	1658233 ns/op
BenchmarkApi/x8-2	1	1962104 ns/op
BenchmarkApi/x8-2	1	1795591 ns/op
BenchmarkApi/x8-2	1	1672212 ns/op
BenchmarkApi/x8-2	1	2019235 ns/op
BenchmarkApi/x8-2	1	1693715 ns/op
BenchmarkApi/x8-2	1	1946489 ns/op
BenchmarkApi/x8-2	1	2066017 ns/op
BenchmarkApi/x8-2	1	2264862 ns/op
BenchmarkApi/x8-2	1	2062334 ns/op
BenchmarkApi/x8-2	1	2102865 ns/op
BenchmarkApi/x8-2	1	2374842 ns/op
BenchmarkApi/x8-2	1	2006613 ns/op
BenchmarkApi/x8-2	1	2287150 ns/op
BenchmarkApi/x8-2	1	2187939 ns/op
BenchmarkApi/x8-2	1	1940615 ns/op
BenchmarkApi/x8-2	1	2243161 ns/op
BenchmarkApi/x8-2	1	1918227 ns/op
BenchmarkApi/x8-2	1	2008717 ns/op
BenchmarkApi/x8-2	1	1630344 ns/op
BenchmarkApi/x8-2	1	1961495 ns/op
BenchmarkApi/x8-2	1	1770836 ns/op
BenchmarkApi/x8-2	1	1702002 ns/op
BenchmarkApi/x8-2	1	2039745 ns/op
BenchmarkApi/x8-2	1	1716515 ns/op
BenchmarkApi/x8-2	1	2010461 ns/op
BenchmarkApi/x8-2	1	1885705 ns/op
BenchmarkApi/x8-2	1	2312128 ns/op
BenchmarkApi/x8-2	1	2071231 ns/op
BenchmarkApi/x8-2	1	2142085 ns/op
BenchmarkApi/x8-2	1	2367608 ns/op
BenchmarkApi/x8-2	1	1991692 ns/op
BenchmarkApi/x8-2	1	2282898 ns/op
BenchmarkApi/x8-2	1	2131733 ns/op
BenchmarkApi/x8-2	1	9913748 ns/op
BenchmarkApi/x8-2	1	1790316 ns/op
BenchmarkApi/x8-2	1	1901397 ns/op
BenchmarkApi/x8-2	1	1960603 ns/op
BenchmarkApi/x8-2	1	1613736 ns/op
BenchmarkApi/x8-2	1	1968824 ns/op
BenchmarkApi/x8-2	1	1756684 ns/op
BenchmarkApi/x8-2	1	1742762 ns/op
BenchmarkApi/x8-2	1	2065680 ns/op
BenchmarkApi/x8-2	1	1747136 ns/op
BenchmarkApi/x8-2	1	2114557 ns/op
BenchmarkApi/x8-2	1	1936214 ns/op
BenchmarkApi/x8-2	1	2350643 ns/op
BenchmarkApi/x8-2	1	2072862 ns/op
BenchmarkApi/x8-2	1	2172117 ns/op
BenchmarkApi/x8-2	1	2347974 ns/op
BenchmarkApi/x8-2	1	1969631 ns/op
BenchmarkApi/x8-2	1	2268871 ns/op
BenchmarkApi/x8-2	1	2069395 ns/op
BenchmarkApi/x8-2	1	2152975 ns/op
BenchmarkApi/x8-2	1	1734830 ns/op
BenchmarkApi/x8-2	1	1890314 ns/op
BenchmarkApi/x8-2	1	1919159 ns/op
BenchmarkApi/x8-2	1	1609362 ns/op
BenchmarkApi/x8-2	1	1984224 ns/op
BenchmarkApi/x8-2	1	1753010 ns/op
BenchmarkApi/x8-2	1	1793154 ns/op
BenchmarkApi/x8-2	1	2095462 ns/op
BenchmarkApi/x8-2	1	2141468 ns/op
BenchmarkApi/x8-2	1	2134536 ns/op
BenchmarkApi/x8-2	1	1983330 ns/op
BenchmarkApi/x8-2	1	2378677 ns/op
BenchmarkApi/x8-2	1	2066402 ns/op
BenchmarkApi/x8-2	1	2192276 ns/op
BenchmarkApi/x8-2	1	2316431 ns/op
BenchmarkApi/x8-2	1	1941466 ns/op
BenchmarkApi/x8-2	1	2246442 ns/op
BenchmarkApi/x8-2	1	1858461 ns/op
BenchmarkApi/x8-2	1	2106392 ns/op
BenchmarkApi/x8-2	1	1686701 ns/op
BenchmarkApi/x8-2	1	1886406 ns/op
BenchmarkApi/x8-2	1	1885788 ns/op
BenchmarkApi/x8-2	1	1617648 ns/op
BenchmarkApi/x8-2	1	2007330 ns/op
BenchmarkApi/x8-2	1	1759173 ns/op
BenchmarkApi/x8-2	1	1851389 ns/op
BenchmarkApi/x8-2	1	1823840 ns/op
BenchmarkApi/x8-2	1	2203368 ns/op
BenchmarkApi/x8-2	1	2149116 ns/op
BenchmarkApi/x8-2	1	2025111 ns/op
BenchmarkApi/x8-2	1	2394936 ns/op
BenchmarkApi/x8-2	1	2051494 ns/op
BenchmarkApi/x8-2	1	2202397 ns/op
BenchmarkApi/x8-2	1	2274002 ns/op
BenchmarkApi/x8-2	1	1908643 ns/op
BenchmarkApi/x8-2	1	1935817 ns/op
BenchmarkApi/x8-2	1	1834192 ns/op
BenchmarkApi/x8-2	1	2061824 ns/op
BenchmarkApi/x8-2	1	1647928 ns/op
BenchmarkApi/x8-2	1	1890714 ns/op
BenchmarkApi/x8-2	1	1861429 ns/op
BenchmarkApi/x8-2	1	1638466 ns/op
BenchmarkApi/x8-2	1	2037294 ns/op
BenchmarkApi/x8-2	1	1774070 ns/op
BenchmarkApi/x8-2	1	2158905 ns/op
BenchmarkApi/x8-2	1	1865510 ns/op
BenchmarkApi/x8-2	1	2259556 ns/op
BenchmarkApi/x8-2	1	2156688 ns/op
BenchmarkApi/x8-2	1	2059974 ns/op
BenchmarkApi/x8-2	1	2398636 ns/op
BenchmarkApi/x8-2	1	2028280 ns/op
BenchmarkApi/x8-2	1	2202832 ns/op
BenchmarkApi/x8-2	1	2222202 ns/op
BenchmarkApi/x8-2	1	2183582 ns/op
BenchmarkApi/x8-2	1	1869698 ns/op
BenchmarkApi/x8-2	1	1814859 ns/op
BenchmarkApi/x8-2	1	2021306 ns/op
BenchmarkApi/x8-2	1	1620116 ns/op
BenchmarkApi/x8-2	1	1903827 ns/op
BenchmarkApi/x8-2	1	1846517 ns/op
BenchmarkApi/x8-2	1	1671135 ns/op
BenchmarkApi/x8-2	1	2072824 ns/op
BenchmarkApi/x8-2	1	1982504 ns/op
BenchmarkApi/x8-2	1	2188372 ns/op
BenchmarkApi/x8-2	1	1906411 ns/op
BenchmarkApi/x8-2	1	2307809 ns/op
BenchmarkApi/x8-2	1	2155994 ns/op
BenchmarkApi/x8-2	1	10086757 ns/op
BenchmarkApi/x8-2	1	2389533 ns/op
BenchmarkApi/x8-2	1	1997401 ns/op
BenchmarkApi/x8-2	1	2194419 ns/op
BenchmarkApi/x8-2	1	1836402 ns/op
BenchmarkApi/x8-2	1	2147306 ns/op
BenchmarkApi/x8-2	1	1807454 ns/op
BenchmarkApi/x8-2	1	1802242 ns/op
BenchmarkApi/x8-2	1	1986572 ns/op
BenchmarkApi/x8-2	1	1604398 ns/op
BenchmarkApi/x8-2	1	1925843 ns/op
BenchmarkApi/x8-2	1	1840973 ns/op
BenchmarkApi/x8-2	1	1714454 ns/op
BenchmarkApi/x8-2	1	1823719 ns/op
BenchmarkApi/x8-2	1	2050388 ns/op
BenchmarkApi/x8-2	1	2213525 ns/op
BenchmarkApi/x8-2	1	1944448 ns/op
BenchmarkApi/x8-2	1	2346242 ns/op
BenchmarkApi/x8-2	1	2146203 ns/op
BenchmarkApi/x8-2	1	2104778 ns/op
BenchmarkApi/x8-2	1	2367945 ns/op
BenchmarkApi/x8-2	1	1959969 ns/op
BenchmarkApi/x8-2	1	2098554 ns/op
BenchmarkApi/x8-2	1	1801179 ns/op
BenchmarkApi/x8-2	1	2110713 ns/op
BenchmarkApi/x8-2	1	1751482 ns/op
BenchmarkApi/x8-2	1	1797819 ns/op
BenchmarkApi/x8-2	1	1958972 ns/op
BenchmarkApi/x8-2	1	1601385 ns/op
BenchmarkApi/x8-2	1	1956350 ns/op
BenchmarkApi/x8-2	1	1844221 ns/op
BenchmarkApi/x8-2	1	2153588 ns/op
BenchmarkApi/x8-2	1	1854617 ns/op
BenchmarkApi/x8-2	1	2116358 ns/op
BenchmarkApi/x8-2	1	2232415 ns/op
BenchmarkApi/x8-2	1	1977775 ns/op
BenchmarkApi/x8-2	1	2373397 ns/op
BenchmarkApi/x8-2	1	2126964 ns/op
BenchmarkApi/x8-2	1	2113860 ns/op
BenchmarkApi/x8-2	1	2334730 ns/op
BenchmarkApi/x8-2	1	2156495 ns/op
BenchmarkApi/x8-2	1	2031457 ns/op
BenchmarkApi/x8-2	1	1769465 ns/op
BenchmarkApi/x8-2	1	2075921 ns/op
BenchmarkApi/x8-2	1	1703905 ns/op
BenchmarkApi/x8-2	1	1802667 ns/op
BenchmarkApi/x8-2	1	1939407 ns/op
BenchmarkApi/x8-2	1	1611132 ns/op
BenchmarkApi/x8-2	1	1994444 ns/op
BenchmarkApi/x8-2	1	1825989 ns/op
BenchmarkApi/x8-2	1	2194683 ns/op
BenchmarkApi/x8-2	1	1886754 ns/op
BenchmarkApi/x8-2	1	2177896 ns/op
BenchmarkApi/x8-2	1	2243357 ns/op
BenchmarkApi/x8-2	1	2004881 ns/op
BenchmarkApi/x8-2	1	2388310 ns/op
BenchmarkApi/x8-2	1	2098434 ns/op
BenchmarkApi/x8-2	1	2114330 ns/op
BenchmarkApi/x8-2	1	1871932 ns/op
BenchmarkApi/x8-2	1	2130507 ns/op
BenchmarkApi/x8-2	1	1964271 ns/op
BenchmarkApi/x8-2	1	1743356 ns/op
BenchmarkApi/x8-2	1	2044861 ns/op
BenchmarkApi/x8-2	1	1666471 ns/op
BenchmarkApi/x8-2	1	1817406 ns/op
BenchmarkApi/x8-2	1	1928291 ns/op
BenchmarkApi/x8-2	1	1633142 ns/op
BenchmarkApi/x8-2	1	1872550 ns/op
BenchmarkApi/x8-2	1	1889805 ns/op
BenchmarkApi/x8-2	1	2233277 ns/op
BenchmarkApi/x8-2	1	1918014 ns/op
BenchmarkApi/x8-2	1	2232691 ns/op
BenchmarkApi/x8-2	1	2245021 ns/op
BenchmarkApi/x8-2	1	2024671 ns/op
BenchmarkApi/x8-2	1	2390556 ns/op
BenchmarkApi/x8-2	1	2061284 ns/op
BenchmarkApi/x8-2	1	2239306 ns/op
BenchmarkApi/x8-2	1	1825348 ns/op
BenchmarkApi/x8-2	1	2102516 ns/op
BenchmarkApi/x8-2	1	1899573 ns/op
BenchmarkApi/x8-2	1	1724740 ns/op
BenchmarkApi/x8-2	1	2019174 ns/op
BenchmarkApi/x8-2	1	1640474 ns/op
BenchmarkApi/x8-2	1	1842150 ns/op
BenchmarkApi/x8-2	1	1925535 ns/op
BenchmarkApi/x8-2	1	2087541 ns/op
BenchmarkApi/x8-2	1	1894460 ns/op
BenchmarkApi/x8-2	1	9955682 ns/op
BenchmarkApi/x8-2	1	2267147 ns/op
BenchmarkApi/x8-2	1	1946410 ns/op
BenchmarkApi/x8-2	1	2278747 ns/op
BenchmarkApi/x8-2	1	2236509 ns/op
BenchmarkApi/x8-2	1	2036516 ns/op
BenchmarkApi/x8-2	1	2380265 ns/op
BenchmarkApi/x8-2	1	2093074 ns/op
BenchmarkApi/x8-2	1	2181046 ns/op
BenchmarkApi/x8-2	1	1780054 ns/op
BenchmarkApi/x8-2	1	2074613 ns/op
BenchmarkApi/x8-2	1	1839809 ns/op
BenchmarkApi/x8-2	1	1715195 ns/op
BenchmarkApi/x8-2	1	2000125 ns/op
BenchmarkApi/x8-2	1	1626693 ns/op
BenchmarkApi/x8-2	1	1876495 ns/op
BenchmarkApi/x8-2	1	1709354 ns/op
BenchmarkApi/x8-2	1	2138718 ns/op
BenchmarkApi/x8-2	1	1919004 ns/op
BenchmarkApi/x8-2	1	2021034 ns/op
BenchmarkApi/x8-2	1	2294221 ns/op
BenchmarkApi/x8-2	1	1970194 ns/op
BenchmarkApi/x8-2	1	2314475 ns/op
BenchmarkApi/x8-2	1	2217418 ns/op
BenchmarkApi/x8-2	1	2040277 ns/op
BenchmarkApi/x8-2	1	1966193 ns/op
BenchmarkApi/x8-2	1	2074156 ns/op
BenchmarkApi/x8-2	1	2118868 ns/op
BenchmarkApi/x8-2	1	1738367 ns/op
BenchmarkApi/x8-2	1	2048817 ns/op
BenchmarkApi/x8-2	1	1787173 ns/op
BenchmarkApi/x8-2	1	1715897 ns/op
BenchmarkApi/x8-2	1	1988546 ns/op
BenchmarkApi/x8-2	1	1625363 ns/op
BenchmarkApi/x8-2	1	1942350 ns/op
BenchmarkApi/x8-2	1	1760140 ns/op
BenchmarkApi/x8-2	1	2190007 ns/op
BenchmarkApi/x8-2	1	1944131 ns/op
BenchmarkApi/x8-2	1	2083345 ns/op
BenchmarkApi/x8-2	1	2312685 ns/op
BenchmarkApi/x8-2	1	1987950 ns/op
BenchmarkApi/x8-2	1	2338765 ns/op
BenchmarkApi/x8-2	1	2187863 ns/op
BenchmarkApi/x8-2	1	2325289 ns/op
BenchmarkApi/x8-2	1	1911806 ns/op
BenchmarkApi/x8-2	1	2052078 ns/op
BenchmarkApi/x8-2	1	2055299 ns/op
BenchmarkApi/x8-2	1	1702521 ns/op
BenchmarkApi/x8-2	1	2026963 ns/op
BenchmarkApi/x8-2	1	1743508 ns/op
BenchmarkApi/x8-2	1	1727555 ns/op
BenchmarkApi/x8-2	1	1984784 ns/op
BenchmarkApi/x8-2	1	1969838 ns/op
BenchmarkApi/x8-2	1	1959479 ns/op
BenchmarkApi/x8-2	1	1816523 ns/op
BenchmarkApi/x8-2	1	2239029 ns/op
BenchmarkApi/x8-2	1	1967809 ns/op
BenchmarkApi/x8-2	1	2140272 ns/op
BenchmarkApi/x8-2	1	2321085 ns/op
BenchmarkApi/x8-2	1	1998667 ns/op
BenchmarkApi/x8-2	1	2351031 ns/op
BenchmarkApi/x8-2	1	2025446 ns/op
BenchmarkApi/x8-2	1	2283425 ns/op
BenchmarkApi/x8-2	1	1855745 ns/op
BenchmarkApi/x8-2	1	2028831 ns/op
BenchmarkApi/x8-2	1	1992880 ns/op
BenchmarkApi/x8-2	1	1674547 ns/op
BenchmarkApi/x8-2	1	2010601 ns/op
BenchmarkApi/x8-2	1	1710223 ns/op
BenchmarkApi/x8-2	1	1750363 ns/op
BenchmarkApi/x8-2	1	1658254 ns/op
BenchmarkApi/x8-2	1	2025637 ns/op
BenchmarkApi/x8-2	1	1980233 ns/op
BenchmarkApi/x8-2	1	1876084 ns/op
BenchmarkApi/x8-2	1	2283425 ns/op
BenchmarkApi/x8-2	1	1988133 ns/op
BenchmarkApi/x8-2	1	2189768 ns/op
BenchmarkApi/x8-2	1	2318402 ns/op
BenchmarkApi/x8-2	1	2001792 ns/op
BenchmarkSandbox-2	1	300000000 ns/op	3000000 memory-B/op
BenchmarkSandbox-2	1	329437766 ns/op
BenchmarkSandbox-2	1	287540927 ns/op	2875410 memory-B/op
BenchmarkSandbox-2	1	347803775 ns/op
BenchmarkSandbox-2	1	323261920 ns/op	3232619 memory-B/op
BenchmarkSandbox-2	1	313769949 ns/op
BenchmarkSandbox-2	1	357770117 ns/op	3577701 memory-B/op
BenchmarkSandbox-2	1	298243933 ns/op
BenchmarkSandbox-2	1	328504935 ns/op	3285049 memory-B/op
BenchmarkSandbox-2	1	322018459 ns/op
BenchmarkSandbox-2	1	273954176 ns/op	2739542 memory-B/op
BenchmarkSandbox-2	1	320572302 ns/op
BenchmarkSandbox-2	1	268858063 ns/op	2688581 memory-B/op
BenchmarkSandbox-2	1	269909985 ns/op
BenchmarkSandbox-2	1	296828483 ns/op	2968285 memory-B/op
BenchmarkSandbox-2	1	240365930 ns/op
BenchmarkSandbox-2	1	289892571 ns/op	2898926 memory-B/op
BenchmarkSandbox-2	1	276274524 ns/op
BenchmarkSandbox-2	1	259073588 ns/op	2590736 memory-B/op
BenchmarkSandbox-2	1	318494341 ns/op
BenchmarkSandbox-2	1	274848349 ns/op	2748484 memory-B/op
BenchmarkSandbox-2	1	310144465 ns/op
BenchmarkSandbox-2	1	332993954 ns/op	3329939 memory-B/op
BenchmarkSandbox-2	1	293068051 ns/op
BenchmarkGo/Parse-2	1	812 ns/op
BenchmarkGo/Parse-2	1	891 ns/op
BenchmarkGo/Parse-2	1	779 ns/op
BenchmarkGo/Parse-2	1	941 ns/op
BenchmarkGo/Parse-2	1	874 ns/op
BenchmarkGo/Parse-2	1	849 ns/op
BenchmarkGo/Parse-2	1	968 ns/op
BenchmarkGo/Parse-2	1	808 ns/op
BenchmarkGo/Parse-2	1	889 ns/op
BenchmarkGo/Parse-2	1	871 ns/op

// What is typed: plain prose, so that nothing but its pace is to be looked at

export type TextName = 'en' | 'zh'

/** Over a thousand characters of each. */
export const texts: Record<TextName, string> = {
  en: `A teleprinter of the old kind did one letter at a time, and it never hurried. The operator at the far end might pause to read, \
or strike ten keys in a second, yet the carriage moved on at the speed of its motor, and the people in the room learned to read along \
with it. The sound alone told them that all was well with the line.

Text on a screen has no motor. It comes in parcels, as the network and the model please: nothing for a while, then three words, then a \
whole sentence at once. Shown as it comes, it jerks, and the eye loses its place. Shown at a fixed speed, it falls behind, a little \
more with every line, until the reader waits for words that have been there for half a minute.

What is wanted lies between the two. Measure how far apart the parcels come, plan to be done with one just before the next is due, and \
change the speed gently, so that nobody sees it change. When a parcel is late, slow down rather than stop; when the last one is in, \
finish soon, for nobody likes to wait for what is already known. That is all there is to it, and it takes very few lines of code.`,
  zh: `老式的电传打字机一次只打一个字，从不着急。线路那一头的操作员也许停下来看看稿子，也许一秒钟敲下十个键，可是字车总按照电动机的速度往前走，\
屋里的人也就习惯了跟着它读。光听那声音，大家就知道线路一切正常。

屏幕上的文字没有电动机。它是一包一包来的，全看网络和模型的心情：先是好一阵什么都没有，然后来三个词，再然后一下子来整整一句。来了就显示，文字一跳一跳的，\
眼睛找不到读到了哪里；按固定的速度显示，又会越落越远，每一行都多落后一点，到最后读者等的，是半分钟以前就已经到了的字。

想要的东西在两者之间。量一量两包文字隔多久，打算在下一包到来之前刚好把这一包打完，速度慢慢地变，慢到谁也看不出它在变。哪一包来晚了，就放慢一点，而不是停下；\
最后一包到了，就快些收尾，因为谁也不愿意等早就知道的东西。道理就是这么多，写成代码也只有短短几行。

读文章的人并不数每一帧有几个字，他只觉得顺，或者不顺。顺的时候，他会忘记文字是一点一点来的，仿佛有人坐在对面，一边想，一边说。不顺的时候，他会盯着光标，\
猜是网络断了，还是机器还在想。同样的内容，同样的等待，只因为显示的办法不同，给人的印象就完全不一样。这一页就是让你亲眼看看这种差别的：同一条流，同时走四条路，\
每一帧显示了多少字，每个字等了多久，全都记在下面的图里。你可以换一种网络，换一种文字，也可以把我们的速度定死，看看会怎么样。数字是当场量出来的，不是事先写好的，\
所以每一次都会有一点不同。机器忙的时候，帧会少一些，图上也看得出来。读完一遍，不妨换个条件再来一遍：把流改成一秒一包，或者让它中途停一停，看看哪一种办法还能沉得住气。\
有的办法在顺风的时候很好看，一遇到停顿就乱了手脚；有的办法从来不乱，可是越走越远，再也追不上来。好的办法两样都要：不乱，也不远。这话说起来容易，做起来要一点一点地量，\
一点一点地改，直到读的人不再想起这件事为止。到了那个时候，打字机就算真正安静下来了，剩下的只有文字本身。这大概也是当年那间屋子里的人最熟悉的感觉：机器一直在响，\
可是没有人听见它，人们听见的是线路那一头的消息，一个字接着一个字，不快，也不慢，好像本来就该是这个样子，从第一个字到最后一个字都是如此，\
日子久了，连那台机器自己也成了屋里的一件家具，谁也不会特意去看它一眼，除非它忽然停了，大家才会一起抬起头来，互相望一望，等着下一个字。等到字又接着来了，\
各人便低下头，继续做手里的事，仿佛什么也没有发生过。`,
}
